set(violin_tcp_sources
  tcp_congestion.cc tcp_connection.cc tcp_connection_in.cc tcp_connection_out.cc tcp_cubic.cc
  tcp_host.cc tcp_hystart.cc tcp_hystart_plus_plus.cc tcp_ranges.cc tcp_receiver.cc tcp_reno.cc tcp_rtt.cc tcp_sack.cc tcp_sender.cc
  tcp_sender_next.cc tcp_slow_start.cc tcp_socket.cc tcp_stack.cc)
list(TRANSFORM violin_tcp_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
violin_library(violin_tcp SOURCES ${violin_tcp_sources} LIBS violin_vhost violin_wire violin_core)
