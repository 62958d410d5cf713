violin_test(tcp_app_test SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/tcp_bulk_test.cc ${CMAKE_CURRENT_LIST_DIR}/tcp_request_test.cc
  LIBS violin_app violin_link)
