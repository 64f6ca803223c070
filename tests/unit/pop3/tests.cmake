pillarbox_unit_test(pop3
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/command_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/numbering_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/reply_test.cpp
    LINK pillarbox_pop3)
