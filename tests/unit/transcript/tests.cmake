pillarbox_unit_test(transcript
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/excerpt_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/files_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/keeper_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/record_test.cpp
    LINK pillarbox_transcript)
