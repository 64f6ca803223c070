pillarbox_unit_test(smtp
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/smtp/command_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/smtp/data_reader_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/smtp/path_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/smtp/reply_test.cpp
    LINK pillarbox_smtp)
