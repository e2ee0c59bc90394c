// `dump --format conf`: the configuration's files one after the other, as `nginx -T` prints them.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace mtls::reports::dump {

/// One file as ngx_show_configuration() of src/core/nginx.c has it: a header, the bytes, a newline.
std::string dump_conf(const std::string& path, std::string_view bytes);

}  // namespace mtls::reports::dump
