#include "daemon/inputs/vhost_conf.h"

#include <algorithm>
#include <array>
#include <compare>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/include.h"
#include "config/resolve.h"
#include "daemon/inputs/made_up_file.h"

namespace mtls::daemon::inputs {
namespace {

bool is_block(const config::syntax::Directive& directive, std::string_view name) {
  return directive.name == name && directive.block.has_value();
}

// Of the file alone: what it includes is read where it matters.
bool is_vhost(base::FileSystem& files, const std::string& path) {
  const config::Reading alone{.limits = {.max_files = 1}, .checks = config::Checks::kForm};
  const auto directives = config::load_document(files, path, alone).main;
  constexpr std::array<std::string_view, 4> kOfMain{"events", "http", "stream", "mail"};
  const bool is_main = std::ranges::any_of(directives, [&](const auto& directive) {
    return std::ranges::any_of(kOfMain,
                               [&](std::string_view name) { return is_block(directive, name); });
  });
  return !is_main && std::ranges::any_of(directives, [](const auto& directive) {
    return is_block(directive, "server");
  });
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Of the main file of the host, as its packages lay it out.
std::string main_directory(base::FileSystem& files, const std::string& path) {
  for (std::string above = directory_of(path); !above.empty(); above = directory_of(above)) {
    if (files.stat(above + "/nginx.conf")) return above;
  }
  return directory_of(path);
}

// What http says for all its server blocks is not known. Many hosts name the certificate there: one
// with a variable is not looked for.
constexpr std::string_view kCertificate =
    " ssl_certificate $ssl_server_name.pem; ssl_certificate_key $ssl_server_name.key;";

struct Around {
  std::string_view module;
  std::string_view more = {};
};

// The first of those with the fewest complaints counts; see Complaints.
constexpr std::array kAround{Around{"http"}, Around{"http", kCertificate}, Around{"stream"},
                             Around{"stream", kCertificate}, Around{"mail"}};

// The formats that the access logs of the file name, and that it does not define: nginx.conf does.
void add_formats(const std::vector<config::syntax::Directive>& directives,
                 std::set<std::string>& used, std::set<std::string>& defined) {
  for (const config::syntax::Directive& directive : directives) {
    const auto& args = directive.args;
    if (directive.name == "access_log" && args.size() > 1 && args[0].text != "off")
      used.insert(args[1].text);
    if (directive.name == "log_format" && !args.empty()) defined.insert(args[0].text);
    if (directive.block) add_formats(*directive.block, used, defined);
  }
}

std::string formats_for(std::string_view module, base::FileSystem& files, const std::string& path) {
  if (module == "mail") return "";
  const auto document = config::load_document(files, path, {.checks = config::Checks::kForm});
  std::set<std::string> used;
  std::set<std::string> defined;
  if (module == "http") defined.insert("combined");
  add_formats(document.main, used, defined);
  std::string text;
  for (const std::string& name : used) {
    if (!defined.contains(name)) text += " log_format " + quoted(name) + " -;";
  }
  return text;
}

// What stands where it may not stand says which module was meant; a value or a variable that this
// build does not know says less: modules that are not here bring some.
struct Complaints {
  bool lacks_server = false;
  std::size_t of_form = 0;
  std::size_t others = 0;

  auto operator<=>(const Complaints&) const = default;
};

Complaints complaints(const VhostConf& conf, base::FileSystem& files,
                      const config::NginxBuild& build) {
  MadeUpFile around(conf.path, conf.text, files);
  const auto document = config::load_document(around, conf.path, {.build = build});
  const config::ResolvedConfig resolved = config::resolve(document, conf.path, build);
  return {.lacks_server = resolved.servers.empty(),
          .of_form = document.diagnostics.size(),
          .others = resolved.diagnostics.size()};
}

}  // namespace

std::optional<VhostConf> vhost_conf(base::FileSystem& files, const std::string& path,
                                    const config::NginxBuild& build) {
  if (!is_vhost(files, path)) return std::nullopt;
  const std::string main =
      main_directory(files, path) + "/(around " + path.substr(path.rfind('/') + 1) + ")";
  std::optional<VhostConf> best;
  Complaints fewest;
  for (const Around& around : kAround) {
    VhostConf conf{.path = main,
                   .text = "error_log stderr info; events { }\n" + std::string(around.module) +
                           " {" + std::string(around.more) +
                           formats_for(around.module, files, path) + " include " + quoted(path) +
                           "; }\n"};
    const Complaints count = complaints(conf, files, build);
    if (best && count >= fewest) continue;
    best = std::move(conf);
    fewest = count;
  }
  return best;
}

}  // namespace mtls::daemon::inputs
