#include "config/grammar/close_name.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "base/nearest_name.h"
#include "base/text.h"
#include "config/grammar/directive_table.h"
#include "config/grammar/shape.h"
#include "config/vocabulary/nginx_modules.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::grammar {
namespace {

// No directive of nginx is longer, and what is much longer cannot be close to one.
constexpr std::size_t kMaxLength = 64;
// Of different unknown names in one configuration; each costs some 50 µs.
constexpr std::size_t kMaxAsked = 1000;

// Names of nginx-mod packages of Debian and of nginx Plus that differ little from one of nginx's.
constexpr std::array<std::string_view, 5> kOfOtherModules{
    "geoip2_proxy", "geoip2_proxy_recursive", "read_timeout", "subs_filter", "subs_filter_types"};

struct OtherName {
  std::string_view name;  // in small letters without `_`
  std::string_view meant;
};

// How Apache httpd, HAProxy and people's memory call them.
constexpr std::array kOtherNames{
    OtherName{"sslca", "ssl_client_certificate"},
    OtherName{"sslcacertificate", "ssl_client_certificate"},
    OtherName{"sslcacertificatefile", "ssl_client_certificate"},
    OtherName{"sslcafile", "ssl_client_certificate"},
    OtherName{"sslclientca", "ssl_client_certificate"},
    OtherName{"sslclientcacertificate", "ssl_client_certificate"},
    OtherName{"sslclientcafile", "ssl_client_certificate"},
    OtherName{"sslclientcert", "ssl_client_certificate"},
    OtherName{"sslclientcertificatefile", "ssl_client_certificate"},
    OtherName{"sslclientcrl", "ssl_crl"},
    OtherName{"sslcarevocationfile", "ssl_crl"},
    OtherName{"sslcrlfile", "ssl_crl"},
    OtherName{"sslcert", "ssl_certificate"},
    OtherName{"sslcertfile", "ssl_certificate"},
    OtherName{"sslcertificatefile", "ssl_certificate"},
    OtherName{"sslcertificatekeyfile", "ssl_certificate_key"},
    OtherName{"sslcertkey", "ssl_certificate_key"},
    OtherName{"sslkey", "ssl_certificate_key"},
    OtherName{"sslkeyfile", "ssl_certificate_key"},
    OtherName{"sslprivatekey", "ssl_certificate_key"},
    OtherName{"sslclientauth", "ssl_verify_client"},
    OtherName{"sslverify", "ssl_verify_client"},
    OtherName{"sslverifymode", "ssl_verify_client"},
    OtherName{"ssltrustedca", "ssl_trusted_certificate"},
    OtherName{"ssltrustedcert", "ssl_trusted_certificate"},
    OtherName{"sslciphersuite", "ssl_ciphers"},
    OtherName{"sslprotocol", "ssl_protocols"},
    OtherName{"proxysslca", "proxy_ssl_trusted_certificate"},
    OtherName{"proxysslcafile", "proxy_ssl_trusted_certificate"},
    OtherName{"proxysslcert", "proxy_ssl_certificate"},
    OtherName{"proxysslclientcertificate", "proxy_ssl_certificate"},
    OtherName{"proxysslkey", "proxy_ssl_certificate_key"},
    OtherName{"proxysslsni", "proxy_ssl_server_name"},
};

std::string with_underscores(std::string_view name) {
  std::string text = base::ascii_lower(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

std::string without_underscores(std::string text) {
  std::erase(text, '_');
  return text;
}

// The words between `_`, sorted and joined again.
std::string sorted_words(std::string_view name) {
  std::vector<std::string_view> words;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('_'), name.size());
    words.push_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  std::sort(words.begin(), words.end());
  std::string text;
  for (const std::string_view word : words) text += std::string(word) + "_";
  return text;
}

/// A name of nginx in the forms in which names are compared.
struct Candidate {
  std::string_view name;
  std::string joined;  // without `_`
  std::string sorted;  // its words
};

const std::vector<Candidate>& candidates() {
  static const std::vector<Candidate> kAll = [] {
    std::vector<std::string_view> names = vocabulary::known_names();
    for (const DirectiveRule& rule : directive_table()) names.push_back(rule.name);
    std::vector<Candidate> all;
    for (const std::string_view name : names) {
      if (name.size() > kMaxLength) continue;
      all.push_back({.name = name,
                     .joined = without_underscores(std::string(name)),
                     .sorted = sorted_words(name)});
    }
    return all;
  }();
  return kAll;
}

bool is_nginx_directive(std::string_view name) {
  return find_rule(name) != nullptr || vocabulary::is_known(name);
}

std::optional<std::string_view> other_name(const std::string& joined) {
  const auto* const found = std::find_if(kOtherNames.begin(), kOtherNames.end(),
                                         [&](const OtherName& one) { return one.name == joined; });
  return found == kOtherNames.end() ? std::nullopt : std::optional(found->meant);
}

std::optional<std::string_view> nearest(std::string_view text) {
  base::NearestName nearest(text);
  for (const Candidate& candidate : candidates()) nearest.offer(candidate.name);
  return nearest.found();
}

class Walk {
 public:
  void read(const std::vector<syntax::Directive>& directives, vocabulary::Context context) {
    if (context == vocabulary::Context::kData || context == vocabulary::Context::kOpaque) return;
    for (const syntax::Directive& directive : directives) {
      if (const auto meant = meaning_of(directive.name)) found_.push_back({&directive, *meant});
      if (directive.block) read(*directive.block, context_inside(directive, context));
    }
  }
  std::vector<Misspelled> take() && { return std::move(found_); }

 private:
  std::optional<std::string_view> meaning_of(const std::string& name) {
    if (is_nginx_directive(name)) return std::nullopt;
    const auto known = asked_.find(name);
    if (known != asked_.end()) return known->second;
    if (asked_.size() >= kMaxAsked) return std::nullopt;
    return asked_.emplace(name, close_name(name)).first->second;
  }

  std::map<std::string, std::optional<std::string_view>, std::less<>> asked_;
  std::vector<Misspelled> found_;
};

}  // namespace

std::optional<std::string_view> close_name(std::string_view name) {
  const bool is_other =
      std::find(kOfOtherModules.begin(), kOfOtherModules.end(), name) != kOfOtherModules.end();
  if (name.size() > kMaxLength || is_other || is_nginx_directive(name)) return std::nullopt;
  const std::string text = with_underscores(name);
  const std::string joined = without_underscores(text);
  const std::string sorted = sorted_words(text);
  for (const Candidate& candidate : candidates()) {
    const bool is_same = candidate.joined == joined || candidate.sorted == sorted;
    if (is_same && !joined.empty()) return candidate.name;
  }
  if (const auto meant = other_name(joined)) return meant;
  return nearest(text);
}

std::vector<Misspelled> misspelled(const syntax::Document& document, const NginxBuild& build) {
  if (vocabulary::ModuleSet::of(build, vocabulary::loaded_modules(document))) return {};
  Walk walk;
  walk.read(document.globals, vocabulary::Context::kMain);
  walk.read(document.main, vocabulary::Context::kMain);
  return std::move(walk).take();
}

}  // namespace mtls::config::grammar
