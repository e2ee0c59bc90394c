// The JSON that several reports share: values with their null, places, who a server block is, the
// nginx it is about. Field names are API (docs/commands.md). Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reports/assessment.h"

namespace mtls::reports {

using Json = nlohmann::ordered_json;

/// With a newline at the end. Bytes that are not UTF-8 become U+FFFD.
std::string printed(const Json& json);

Json transport_json(config::Transport transport);

Json instant_json(const std::optional<base::sys_seconds>& at);

/// The path nginx opens, or a runtime path as written; null when unset.
Json file_json(const config::FileRef& file);
Json file_json(const std::optional<config::FileRef>& file);

/// `file` and `line` of `object`; null where there is none.
void put_place(Json& object, const config::syntax::Document& document,
               const std::optional<base::SourceLocation>& at);

/// conf, prefix, version, openssl, files, errors.
Json nginx_json(const Assessment& assessment);

/// id, context, file, line, server_names, listen, ssl: who a server block is.
Json server_json(const Assessment& assessment, std::size_t server);

}  // namespace mtls::reports
