set(here ${CMAKE_CURRENT_LIST_DIR})
pillarbox_unit_test(net
    SOURCES
        ${here}/connection_test.cpp
        ${here}/dns_answers_test.cpp
        ${here}/dns_records_test.cpp
        ${here}/http_client_test.cpp
        ${here}/line_buffer_test.cpp
        ${here}/listener_test.cpp
        ${here}/networks_test.cpp
        ${here}/offload_test.cpp
        ${here}/proxy_header_test.cpp
        ${here}/session_test.cpp
        ${here}/socket_stream_test.cpp
        ${here}/speaks_first_test.cpp
        ${here}/timer_wheel_test.cpp
        ${here}/tls_client_test.cpp
        ${here}/tls_test.cpp
        ${here}/tls_trust_test.cpp
        ${here}/transcript_test.cpp
    LINK pillarbox_net pillarbox_support OpenSSL::SSL OpenSSL::Crypto)
