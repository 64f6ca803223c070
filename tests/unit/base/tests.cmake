pillarbox_unit_test(base
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/account_name_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/ascii_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/base64_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/config_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/domain_name_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/log_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/log_tail_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/metrics_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/precis_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/rate_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/setting_values_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/utf8_text_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/xtext_test.cpp
    LINK pillarbox_base)
