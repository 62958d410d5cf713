set(tcp_tests ${CMAKE_CURRENT_LIST_DIR})
violin_test(tcp_robustness_test SOURCES ${tcp_tests}/tcp_robustness_test.cc LIBS violin_tcp)
