pillarbox_unit_test(publish
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/examine_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/records_test.cpp
    LINK pillarbox_publish pillarbox_support)
