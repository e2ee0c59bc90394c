// The JSON that several reports share: values that can be null, lines of the configuration, the
// identity of a server block, nginx itself. Field names are API (docs/commands.md). Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reports/assessment.h"

namespace mtls::reports {

using Json = nlohmann::ordered_json;

/// Indented, with a newline at the end. Bytes that are not UTF-8 become U+FFFD.
std::string printed(const Json& json);

/// `tcp` or `udp`.
Json transport_json(config::Transport transport);

/// RFC 3339, or null.
Json instant_json(const std::optional<base::sys_seconds>& at);

/// The path that nginx opens, or the text of a path that has variables; null when unset.
Json file_json(const config::FileRef& file);
Json file_json(const std::optional<config::FileRef>& file);

/// Sets `file` and `line` of `object`; both are null without `at`.
void put_place(Json& object, const config::syntax::Document& document,
               const std::optional<base::SourceLocation>& at);

/// `nginx`: conf, prefix, version, openssl, files, errors.
Json nginx_json(const Assessment& assessment);

/// The identity of a server block: id, context, file, line, server_names, listen, ssl.
Json server_json(const Assessment& assessment, std::size_t server);

}  // namespace mtls::reports
