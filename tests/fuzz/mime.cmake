foreach(target address_list encoded_word mime_charset mime_content_type mime_date mime_findings mime_header mime_scanner mime_summary transfer)
    pillarbox_fuzz_target(${target} LINK pillarbox_mime)
endforeach()
