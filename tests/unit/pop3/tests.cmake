pillarbox_unit_test(pop3
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/command_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/faults_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/internationalized_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/ledger_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/login_delay_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/maildrop_lock_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/numbering_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/read_ahead_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/reply_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/shown_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/texts_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/view_test.cpp
    LINK pillarbox_mime pillarbox_pop3 pillarbox_support)
