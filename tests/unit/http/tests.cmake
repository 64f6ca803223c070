set(here ${CMAKE_CURRENT_LIST_DIR})
pillarbox_unit_test(http
    SOURCES
        ${here}/assets_test.cpp
        ${here}/exchange_test.cpp
        ${here}/head_test.cpp
        ${here}/headers_test.cpp
        ${here}/message_test.cpp
        ${here}/router_test.cpp
        ${here}/sign_in_test.cpp
    LINK pillarbox_http pillarbox_support)
