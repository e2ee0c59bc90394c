#include "daemon/inputs/ingress_conf.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/inputs/made_up_file.h"

namespace mtls::daemon::inputs {
namespace {

constexpr const char* kMark = " (Ingress ";

// nginx's error_log of ingress-nginx is at `notice`; what is judged here is the manifest. The
// certificate is chosen by Lua from the Secrets: one with a variable is not looked for.
constexpr const char* kHead =
    "error_log stderr info;\nevents { }\nhttp {\n"
    "  ssl_certificate $ssl_server_name.pem;\n  ssl_certificate_key $ssl_server_name.key;\n"
    "  ssl_protocols TLSv1.2 TLSv1.3;\n  ssl_session_tickets off;\n"
    "  server { listen 80 default_server; listen 443 ssl default_server; return 404; }\n";

// A text in which each directive has a line that was wished for; where lines are taken, a later
// one.
class LinedText {
 public:
  void put(int line, const std::string& directive) { wished_.emplace_back(line, directive); }

  std::string text() {
    std::ranges::stable_sort(wished_, {}, [](const auto& wish) { return wish.first; });
    std::string text;
    int line = 1;
    for (const auto& [wished, directive] : wished_) {
      for (; line < wished; ++line) text += '\n';
      text += directive + " ";
      line += static_cast<int>(std::ranges::count(directive, '\n'));
    }
    return text + "\n";
  }

 private:
  std::vector<std::pair<int, std::string>> wished_;
};

const YamlValue* annotation(const Ingress& ingress, const char* name) {
  const auto found = ingress.annotations.find(name);
  return found == ingress.annotations.end() ? nullptr : &found->second;
}

bool is_set(const Ingress& ingress, const char* name, bool otherwise) {
  const YamlValue* value = annotation(ingress, name);
  return value == nullptr ? otherwise : value->text == "true";
}

// annotations/authtls/main.go: another word counts as `on`.
std::string verify_mode(const std::string& word) {
  constexpr std::array<std::string_view, 4> kModes{"on", "off", "optional", "optional_no_ca"};
  return std::ranges::find(kModes, word) == kModes.end() ? "on" : word;
}

// The same: no number, and 0, count as 1.
std::string verify_depth(const std::string& word) {
  const bool is_number = !word.empty() &&
                         word.find_first_not_of("0123456789") == std::string::npos &&
                         word.find_first_not_of('0') != std::string::npos;
  return is_number ? word : "1";
}

// NAMESPACE/NAME, or NAME in the Ingress' own.
std::string secret_name(const Ingress& ingress, const std::string& named) {
  return named.find('/') == std::string::npos ? ingress.space + "/" + named : named;
}

std::string secret_file(const std::string& secret, const char* key) {
  return "/(Secret " + secret + ")/" + key;
}

void put_verification(const Ingress& ingress, const Manifests& manifests, LinedText& text) {
  const YamlValue* secret = annotation(ingress, "auth-tls-secret");
  const std::string name = secret_name(ingress, secret->text);
  text.put(secret->line, "ssl_client_certificate " + quoted(secret_file(name, "ca.crt")) + ";");
  const auto found = manifests.secrets.find(name);
  if (found != manifests.secrets.end() && found->second.contains("ca.crl"))
    text.put(secret->line, "ssl_crl " + quoted(secret_file(name, "ca.crl")) + ";");
  const auto put = [&](const char* annotated, const auto& directive) {
    const YamlValue* value = annotation(ingress, annotated);
    text.put(value == nullptr ? secret->line : value->line,
             directive(value == nullptr ? "" : value->text));
  };
  put("auth-tls-verify-client",
      [](const std::string& word) { return "ssl_verify_client " + verify_mode(word) + ";"; });
  put("auth-tls-verify-depth",
      [](const std::string& word) { return "ssl_verify_depth " + verify_depth(word) + ";"; });
  if (const YamlValue* page = annotation(ingress, "auth-tls-error-page"); page != nullptr)
    text.put(page->line, "error_page 495 496 = " + quoted(page->text) + ";");
  if (const YamlValue* match = annotation(ingress, "auth-tls-match-cn"); match != nullptr) {
    text.put(match->line, "if ($ssl_client_s_dn !~ " + quoted(match->text) +
                              ") { return 403 \"client certificate unauthorized\"; }");
  }
}

// lua/lua_ingress.lua, redirect_to_https(): TLS of the host, unless it is forced.
bool is_redirected(const Ingress& ingress, const IngressRule& rule) {
  return is_set(ingress, "force-ssl-redirect", false) ||
         (rule.has_tls && is_set(ingress, "ssl-redirect", true));
}

std::string modifier(const Ingress& ingress, const IngressPath& path) {
  if (is_set(ingress, "use-regex", false) || annotation(ingress, "rewrite-target") != nullptr)
    return "~* " + quoted("^" + path.path.text);
  return (path.is_exact ? "= " : "") + quoted(path.path.text);
}

// nginx.tmpl sends these to every backend of a server that has a CA.
std::string identity_headers(const Ingress& of_server) {
  if (annotation(of_server, "auth-tls-secret") == nullptr) return "";
  const bool is_passed = is_set(of_server, "auth-tls-pass-certificate-to-upstream", false);
  return std::string(is_passed ? "proxy_set_header ssl-client-cert $ssl_client_escaped_cert; "
                               : "") +
         "proxy_set_header ssl-client-verify $ssl_client_verify; "
         "proxy_set_header ssl-client-subject-dn $ssl_client_s_dn; "
         "proxy_set_header ssl-client-issuer-dn $ssl_client_i_dn; ";
}

struct Part {
  const Ingress* ingress;
  const IngressRule* rule;
};

void put_locations(const Part& part, const Ingress& of_server, LinedText& text) {
  const auto& [ingress, rule] = part;
  for (const IngressPath& path : rule->paths) {
    std::string location = "location " + modifier(*ingress, path) + " { ";
    if (is_redirected(*ingress, *rule))
      location += "if ($scheme = http) { return 308 https://$host$request_uri; } ";
    if (const YamlValue* snippet = annotation(*ingress, "configuration-snippet");
        snippet != nullptr)
      location += snippet->text + "\n";
    location += identity_headers(of_server);
    text.put(path.path.line, location + "proxy_pass " +
                                 quoted("http://" + ingress->space + "-" + path.backend) + "; }");
  }
}

std::string path_of(const Part& part) {
  const auto& [ingress, rule] = part;
  return ingress->file + kMark + ingress->space + "/" + ingress->name +
         (rule->host.text.empty() ? "" : ", " + rule->host.text) + ")";
}

// controller.go: the first Ingress of a host that brings a CA decides for all of them.
const Part& deciding(const std::vector<Part>& parts) {
  const auto found = std::ranges::find_if(parts, [](const Part& part) {
    return annotation(*part.ingress, "auth-tls-secret") != nullptr;
  });
  return found == parts.end() ? parts.front() : *found;
}

std::string server_block(const std::vector<Part>& parts, const Manifests& manifests,
                         std::map<std::string, std::string>& texts) {
  const Part& decides = deciding(parts);
  std::string block = "  server {\n";
  for (const Part& part : parts) {
    LinedText text;
    if (&part == &decides) {
      const std::string& host = part.rule->host.text;
      text.put(part.rule->host.line,
               "listen 80; listen 443 ssl; server_name " + quoted(host.empty() ? "_" : host) + ";");
      if (annotation(*part.ingress, "auth-tls-secret") != nullptr)
        put_verification(*part.ingress, manifests, text);
      if (const YamlValue* snippet = annotation(*part.ingress, "server-snippet"))
        text.put(snippet->line, snippet->text + "\n");
    }
    put_locations(part, *decides.ingress, text);
    const std::string path = path_of(part);
    texts[path] += text.text();
    block += "    include " + quoted(path) + ";\n";
  }
  return block + "  }\n";
}

}  // namespace

std::map<std::string, std::string> ingress_conf(const Manifests& manifests) {
  std::map<std::string, std::vector<Part>> by_host;
  for (const Ingress& ingress : manifests.ingresses) {
    for (const IngressRule& rule : ingress.rules)
      by_host[rule.host.text].push_back({.ingress = &ingress, .rule = &rule});
  }
  std::map<std::string, std::string> texts;
  std::string servers;
  for (const auto& [host, parts] : by_host) servers += server_block(parts, manifests, texts);
  texts[kIngressConf] = kHead + servers + "}\n";
  for (const auto& [secret, keys] : manifests.secrets) {
    for (const char* key : {"ca.crt", "ca.crl"}) {
      const auto found = keys.find(key);
      if (found != keys.end()) texts[secret_file(secret, key)] = found->second;
    }
  }
  return texts;
}

std::string manifest_of(const std::string& path) {
  const std::size_t mark = path.find(kMark);
  return mark == std::string::npos ? path : path.substr(0, mark);
}

}  // namespace mtls::daemon::inputs
