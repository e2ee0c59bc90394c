#include "config/vocabulary/nginx_modules.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace mtls::config::vocabulary {
namespace {

constexpr Version kFirstKnown{1, 18, 0};
// The tables of directives and variables are those of 1.31.4 and of what 1.31.5 came from; the
// stable releases add no directives but by way of exception.
constexpr Version kBehindLastKnown{1, 31, 6};

// Modules that are built only with `--with-…`. All others are built unless `--without-…` is given.
constexpr std::array<std::string_view, 28> kOptIn{"google_perftools_module",
                                                  "http_addition_module",
                                                  "http_auth_request_module",
                                                  "http_dav_module",
                                                  "http_degradation_module",
                                                  "http_flv_module",
                                                  "http_geoip_module",
                                                  "http_gunzip_module",
                                                  "http_gzip_static_module",
                                                  "http_image_filter_module",
                                                  "http_mp4_module",
                                                  "http_perl_module",
                                                  "http_random_index_module",
                                                  "http_realip_module",
                                                  "http_secure_link_module",
                                                  "http_slice_module",
                                                  "http_ssl_module",
                                                  "http_stub_status_module",
                                                  "http_sub_module",
                                                  "http_v2_module",
                                                  "http_v3_module",
                                                  "http_xslt_module",
                                                  "mail",
                                                  "stream",
                                                  "stream_geoip_module",
                                                  "stream_realip_module",
                                                  "stream_ssl_module",
                                                  "stream_ssl_preread_module"};

// nginx's own modules that can be built as dynamic modules.
constexpr std::array<std::string_view, 7> kLoadable{
    "ngx_http_geoip_module.so",  "ngx_http_image_filter_module.so",
    "ngx_http_perl_module.so",   "ngx_http_xslt_filter_module.so",
    "ngx_mail_module.so",        "ngx_stream_module.so",
    "ngx_stream_geoip_module.so"};

std::string file_of(std::string_view module) {
  if (module == "http_xslt_module") return "ngx_http_xslt_filter_module.so";
  const bool is_whole = module == "mail" || module == "stream";
  return "ngx_" + std::string(module) + (is_whole ? "_module.so" : ".so");
}

}  // namespace

std::optional<ModuleSet> ModuleSet::of(const NginxBuild& build,
                                       const std::vector<std::string>& loaded) {
  const bool is_known_release = build.version >= kFirstKnown && build.version < kBehindLastKnown;
  if (!build.configure || !is_known_release) return std::nullopt;
  ModuleSet modules;
  std::istringstream words(*build.configure);
  for (std::string word; words >> word;) {
    if (word.find("--add-module") != std::string::npos) return std::nullopt;
    modules.options_.insert(std::move(word));
  }
  for (const std::string& path : loaded) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (std::find(kLoadable.begin(), kLoadable.end(), name) == kLoadable.end()) return std::nullopt;
    modules.loaded_.insert(name);
  }
  return modules;
}

bool ModuleSet::was_given(std::string_view option, std::string_view module) const {
  return options_.contains(std::string(option) + std::string(module));
}

bool ModuleSet::has(std::string_view module) const {
  if (std::find(kOptIn.begin(), kOptIn.end(), module) == kOptIn.end()) {
    return !was_given("--without-", module);
  }
  if (module == "http_ssl_module" && has("http_v3_module")) return true;  // as in auto/modules
  return was_given("--with-", module) || loaded_.contains(file_of(module));
}

std::vector<std::string> loaded_modules(const syntax::Document& document) {
  std::vector<std::string> loaded;
  for (const auto* directives : {&document.globals, &document.main}) {
    for (const syntax::Directive& directive : *directives) {
      if (directive.name == "load_module" && directive.args.size() == 1) {
        loaded.push_back(directive.args.front().text);
      }
    }
  }
  return loaded;
}

}  // namespace mtls::config::vocabulary
