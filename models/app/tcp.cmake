target_sources(violin_app PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/tcp_bulk.cc ${CMAKE_CURRENT_LIST_DIR}/tcp_request.cc
  ${CMAKE_CURRENT_LIST_DIR}/tcp_response.cc)
target_link_libraries(violin_app PUBLIC violin_tcp)
