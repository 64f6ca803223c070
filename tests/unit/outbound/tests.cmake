pillarbox_unit_test(outbound
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/dot_stuffer_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/extensions_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/mx_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/reply_reader_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/retry_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/settlement_test.cpp
    LINK pillarbox_outbound pillarbox_support)
