// What nginx's `$ssl_client_*` variables are for one certificate, byte for byte: guards compare
// with them. ngx_ssl_get_subject_dn() and its kin in event/ngx_event_openssl.c, nginx 1.22.1
// to 1.31.
#pragma once

#include <map>
#include <string>

#include "base/time.h"
#include "pki/certificate.h"

namespace mtls::pki {

/// By name without `$`: s_dn, i_dn and their legacy forms, serial, fingerprint, v_start, v_end,
/// v_remain (whole days from `now`), cert, raw_cert, escaped_cert, each with its prefix
/// ssl_client_. Without $ssl_client_verify, which is the verdict.
std::map<std::string, std::string, std::less<>> nginx_variables(const Certificate& certificate,
                                                                base::sys_seconds now);

}  // namespace mtls::pki
