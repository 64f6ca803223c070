pillarbox_unit_test(storage
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/store_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/mail_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/open_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/recovery_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/gathering_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/writer_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/failure_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/accounts_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/backup_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/maildrop_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/migration_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/segment_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/spool_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/transfer_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/verify_test.cpp
    LINK pillarbox_failing_files pillarbox_storage pillarbox_net)
