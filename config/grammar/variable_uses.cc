#include "config/grammar/variable_uses.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace mtls::config::grammar {
namespace {

constexpr std::size_t kRest = 1000;  // up to the last word
constexpr Version kUpstreamCertificates{1, 21, 0};
constexpr Version kUpstreamRates{1, 27, 0};

/// nginx compiles the words `first` to `last` of a directive, counted from 0.
struct Compiled {
  std::string_view directive;
  std::size_t first = 0;
  std::size_t last = 0;
  Version since = {};
};

constexpr auto kHttp = std::to_array<Compiled>({
    // ngx_http_core_module
    {"alias"},
    {"client_body_early_read", 0, kRest},
    {"early_hints", 0, kRest},
    {"error_page", 0, kRest},
    {"limit_rate"},
    {"limit_rate_after"},
    {"root"},
    {"try_files", 0, kRest},
    // The smaller modules.
    {"add_header", 1, 1},
    {"add_trailer", 1, 1},
    {"auth_basic"},
    {"auth_basic_user_file"},
    {"auth_request_set", 1, 1},
    {"expires", 0, kRest},
    {"hash"},
    {"index", 0, kRest},
    {"limit_conn_zone"},
    {"limit_req_zone"},
    {"map"},
    {"secure_link"},
    {"secure_link_md5"},
    {"set", 1, 1},
    {"split_clients"},
    {"sub_filter", 0, 1},
    // ngx_http_proxy_module and its kin.
    {"fastcgi_bind"},
    {"fastcgi_cache"},
    {"fastcgi_cache_bypass", 0, kRest},
    {"fastcgi_cache_key"},
    {"fastcgi_limit_rate", 0, 0, kUpstreamRates},
    {"fastcgi_no_cache", 0, kRest},
    {"fastcgi_pass"},
    {"fastcgi_store"},
    {"grpc_bind"},
    {"grpc_pass"},
    {"grpc_ssl_certificate", 0, 0, kUpstreamCertificates},
    {"grpc_ssl_certificate_key", 0, 0, kUpstreamCertificates},
    {"grpc_ssl_name"},
    {"memcached_bind"},
    {"proxy_bind"},
    {"proxy_cache"},
    {"proxy_cache_bypass", 0, kRest},
    {"proxy_cache_key"},
    {"proxy_limit_rate", 0, 0, kUpstreamRates},
    {"proxy_method"},
    {"proxy_no_cache", 0, kRest},
    {"proxy_pass"},
    {"proxy_ssl_certificate", 0, 0, kUpstreamCertificates},
    {"proxy_ssl_certificate_key", 0, 0, kUpstreamCertificates},
    {"proxy_ssl_name"},
    {"proxy_store"},
    {"scgi_bind"},
    {"scgi_cache"},
    {"scgi_cache_bypass", 0, kRest},
    {"scgi_cache_key"},
    {"scgi_limit_rate", 0, 0, kUpstreamRates},
    {"scgi_no_cache", 0, kRest},
    {"scgi_pass"},
    {"scgi_store"},
    {"uwsgi_bind"},
    {"uwsgi_cache"},
    {"uwsgi_cache_bypass", 0, kRest},
    {"uwsgi_cache_key"},
    {"uwsgi_limit_rate", 0, 0, kUpstreamRates},
    {"uwsgi_no_cache", 0, kRest},
    {"uwsgi_pass"},
    {"uwsgi_ssl_certificate", 0, 0, kUpstreamCertificates},
    {"uwsgi_ssl_certificate_key", 0, 0, kUpstreamCertificates},
    {"uwsgi_ssl_name"},
    {"uwsgi_store"},
});

constexpr auto kStream = std::to_array<Compiled>({
    {"hash"},
    {"limit_conn_zone"},
    {"map"},
    {"pass"},
    {"proxy_bind"},
    {"proxy_download_rate"},
    {"proxy_pass"},
    {"proxy_ssl_alpn", 0, kRest},
    {"proxy_ssl_certificate", 0, 0, kUpstreamCertificates},
    {"proxy_ssl_certificate_key", 0, 0, kUpstreamCertificates},
    {"proxy_ssl_name"},
    {"proxy_upload_rate"},
    {"return"},
    {"set", 1, 1},
    {"split_clients"},
});

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

enum class Digits { kCapture, kName };  // how to read `$1`

// Reads the variable whose `$` is at `at`, and moves `at` behind it. `invalid`: nginx's complaint
// about a variable without a name.
void take_variable(std::string_view text, std::size_t& at, VariableUses& uses,
                   const std::string& invalid) {
  std::size_t begin = at + 1;
  const bool is_braced = begin < text.size() && text[begin] == '{';
  if (is_braced) ++begin;
  std::size_t end = begin;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string name = base::ascii_lower(text.substr(begin, end - begin));
  const bool is_closed = end < text.size() && text[end] == '}';
  at = is_braced && is_closed ? end + 1 : end;
  if (is_braced && begin < text.size() && !is_closed) {
    uses.complaint = "the closing bracket in \"" + std::string(text.substr(begin, end - begin)) +
                     "\" variable is missing";
  } else if (name.empty()) {
    uses.complaint = invalid;
  } else {
    uses.names.push_back(name);
  }
}

// ngx_http_script_compile(); with kName ngx_http_log_compile_format().
VariableUses scan(std::string_view text, Digits digits) {
  VariableUses uses;
  for (std::size_t at = text.find('$'); at != std::string_view::npos && !uses.complaint;
       at = text.find('$', at)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (digits == Digits::kCapture && next >= '1' && next <= '9') {
      at += 2;
      continue;
    }
    const std::string invalid = digits == Digits::kCapture
                                    ? "invalid variable name"
                                    : "invalid parameter \"" + std::string(text.substr(at)) + "\"";
    take_variable(text, at, uses, invalid);
  }
  return uses;
}

/// Collects the variables in the words of one directive, one word after the other.
class Reader {
 public:
  explicit Reader(const syntax::Directive& directive) : directive_(directive) {}

  void words(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i <= last && i < directive_.args.size(); ++i) word(text(i));
  }
  void word(std::string_view text) { add(scan(text, Digits::kCapture)); }
  void log_format() {
    for (std::size_t i = 1; i < directive_.args.size(); ++i) add(scan(text(i), Digits::kName));
  }
  /// The whole word is one variable: `if ($x)`, `geo $x $y`, `charset $x`.
  void whole(std::string_view text) {
    if (text.size() > 1 && text.starts_with('$')) {
      uses_.names.push_back(base::ascii_lower(text.substr(1)));
    }
  }
  std::string_view text(std::size_t i) const { return directive_.args.at(i).text; }
  std::size_t size() const { return directive_.args.size(); }
  void refuse_nameless(const syntax::Argument* variable) {
    const bool is_named =
        variable == nullptr || (variable->text.starts_with('$') && variable->text.size() > 1);
    if (is_named || uses_.complaint) return;
    uses_.complaint = "invalid variable name \"" + variable->text + "\"";
  }
  VariableUses take() && { return std::move(uses_); }

 private:
  void add(VariableUses more) {
    if (uses_.complaint) return;
    std::move(more.names.begin(), more.names.end(), std::back_inserter(uses_.names));
    uses_.complaint = std::move(more.complaint);
  }

  const syntax::Directive& directive_;
  VariableUses uses_;
};

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("$scheme");
}

// ngx_http_rewrite_if(): compiles the variable, and the operand unless that is a pattern.
void read_condition(Reader& reader) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < reader.size(); ++i) words.emplace_back(reader.text(i));
  if (words.empty() || words.front().empty()) return;
  words.front().erase(0, 1);
  if (words.front().empty()) words.erase(words.begin());
  if (words.empty() || words.back().empty()) return;
  words.back().pop_back();
  if (words.back().empty()) words.pop_back();
  if (words.empty()) return;
  if (!words.front().starts_with('$')) return reader.word(words.back());  // -f and its kin
  reader.whole(words.front());
  const bool compares = words.size() == 3 && (words[1] == "=" || words[1] == "!=");
  if (compares) reader.word(words[2]);
}

// ngx_http_proxy_redirect(), ngx_http_proxy_cookie_domain() and their kin do not compile a pattern
// as text.
void read_replacement(Reader& reader) {
  const bool is_pattern = reader.size() > 0 && reader.text(0).starts_with('~');
  reader.words(is_pattern ? 1 : 0, kRest);
}

// ngx_http_log_set_log()
void read_access_log(Reader& reader) {
  if (reader.size() == 0) return;
  if (!reader.text(0).starts_with("syslog:")) reader.word(reader.text(0));
  for (std::size_t i = 2; i < reader.size(); ++i) {
    if (reader.text(i).starts_with("if=")) reader.word(reader.text(i));
  }
}

void read_own(const syntax::Directive& directive, Module module, Reader& reader) {
  const std::string_view name = directive.name;
  const bool is_http = module == Module::kHttp;
  if (name == "log_format") return reader.log_format();
  if (name == "access_log") return read_access_log(reader);
  if (name == "geo" && reader.size() == 2) {
    reader.refuse_nameless(&directive.args[0]);
    return reader.whole(reader.text(0));
  }
  if (!is_http) return;
  if (name == "if") return read_condition(reader);
  if (name == "rewrite") return reader.words(1, 1);
  if (name == "return" && reader.size() == 2) return reader.words(1, 1);
  if (name == "return" && reader.size() == 1 && is_url(reader.text(0))) return reader.words(0, 0);
  if (name == "charset" && reader.size() == 1) return reader.whole(reader.text(0));
  if (name == "memcached_pass") return reader.whole("$memcached_key");
  if (name == "proxy_redirect" || name == "proxy_cookie_domain" || name == "proxy_cookie_path" ||
      name == "proxy_cookie_flags") {
    read_replacement(reader);
  }
}

}  // namespace

const syntax::Argument* assigned_variable(const syntax::Directive& directive) {
  const std::string_view name = directive.name;
  const std::size_t count = directive.args.size();
  if (name == "geo") return count == 0 ? nullptr : &directive.args.back();
  if (name == "map" || name == "split_clients") return count < 2 ? nullptr : &directive.args[1];
  const bool is_set = name == "set" || name == "auth_request_set" || name == "perl_set";
  return !is_set || count == 0 ? nullptr : &directive.args.front();
}

VariableUses uses_in_word(std::string_view text) { return scan(text, Digits::kCapture); }

VariableUses uses_of(const syntax::Directive& directive, Module module, Version version) {
  const std::span<const Compiled> table =
      module == Module::kHttp ? std::span(kHttp) : std::span<const Compiled>(kStream);
  Reader reader(directive);
  const auto row = std::find_if(table.begin(), table.end(), [&](const Compiled& compiled) {
    return compiled.directive == directive.name && version >= compiled.since;
  });
  if (row != table.end()) reader.words(row->first, row->last);
  read_own(directive, module, reader);
  reader.refuse_nameless(assigned_variable(directive));
  return std::move(reader).take();
}

}  // namespace mtls::config::grammar
