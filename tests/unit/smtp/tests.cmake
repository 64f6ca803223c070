pillarbox_unit_test(smtp
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/chunk_reader_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/command_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/data_reader_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/incoming_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/load_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/parameters_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/path_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/rate_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/reply_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/session_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/shown_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/xclient_test.cpp
    LINK pillarbox_smtp pillarbox_support)
