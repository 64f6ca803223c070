set(here "${CMAKE_CURRENT_LIST_DIR}")
pillarbox_unit_test(dkim
    SOURCES
        ${here}/another_sealer_test.cpp
        ${here}/another_signer_test.cpp
        ${here}/arc_check_test.cpp
        ${here}/canonical_test.cpp
        ${here}/key_record_test.cpp
        ${here}/keys_test.cpp
        ${here}/signature_test.cpp
        ${here}/signer_test.cpp
        ${here}/tag_list_test.cpp
        ${here}/verifier_test.cpp
    LINK pillarbox_dkim)

# Another one's opinion, where it is installed.
find_package(PkgConfig REQUIRED)
pkg_check_modules(opendkim QUIET IMPORTED_TARGET opendkim)
if(PILLARBOX_SANITIZE)
    # Its keys leak, in its own code, which is built without sanitizers.
elseif(opendkim_FOUND)
    pillarbox_unit_test(opendkim
        SOURCES ${here}/opendkim.cpp ${here}/opendkim_test.cpp
        LINK pillarbox_dkim PkgConfig::opendkim)
else()
    add_test(NAME unit.opendkim COMMAND "${CMAKE_COMMAND}" -E echo "skipped: libopendkim-dev is not installed, so nothing is compared with it")
    set_tests_properties(unit.opendkim PROPERTIES LABELS unit SKIP_REGULAR_EXPRESSION "skipped: ")
endif()
