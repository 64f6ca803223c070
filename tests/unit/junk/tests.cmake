pillarbox_unit_test(junk
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/dns_lists_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/filter_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/milter_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/rspamd_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/score_field_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/score_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/webhook_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/words_test.cpp
    LINK pillarbox_junk pillarbox_support)
