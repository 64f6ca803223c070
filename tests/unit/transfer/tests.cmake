pillarbox_unit_test(transfer
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/arrival_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/dot_reader_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/folder_names_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/from_line_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/letter_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/line_ends_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/maildir_name_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/mbox_fields_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/mbox_splitter_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/pop3_dialogue_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/pop3_url_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/progress_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/store_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/uid_list_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/zip_writer_test.cpp
    LINK pillarbox_transfer pillarbox_support)
