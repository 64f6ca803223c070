set(here "${CMAKE_CURRENT_LIST_DIR}")
pillarbox_unit_test(mime
    SOURCES
        ${here}/address_list_test.cpp
        ${here}/builder_test.cpp
        ${here}/charset_test.cpp
        ${here}/content_type_test.cpp
        ${here}/date_test.cpp
        ${here}/encoded_word_test.cpp
        ${here}/findings_test.cpp
        ${here}/flowed_test.cpp
        ${here}/header_test.cpp
        ${here}/scanner_test.cpp
        ${here}/summary_test.cpp
        ${here}/transfer_encoder_test.cpp
        ${here}/transfer_test.cpp
        ${here}/view_test.cpp
    LINK pillarbox_mime)
