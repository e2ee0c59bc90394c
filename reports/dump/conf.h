// `dump --format conf`: the files of the configuration one after the other, as `nginx -T` prints
// them. The bytes are read again, for a Document does not keep them.
#pragma once

#include <string>

#include "reports/dump/formats.h"

namespace mtls::reports::dump {

/// In the order in which nginx opens the files, each as ngx_show_configuration() of
/// src/core/nginx.c has it: a header, the bytes, a newline. A file that cannot be read any more is
/// left out.
std::string dump_conf(const Report& report);

}  // namespace mtls::reports::dump
