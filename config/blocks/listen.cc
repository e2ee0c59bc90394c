#include "config/blocks/listen.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace mtls::config::blocks {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

struct Ports {
  int first = 0;
  int last = 0;
};

struct Endpoint {
  std::string address;
  Ports ports;
};

// ngx_atoi(): only digits.
std::optional<long> number(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_digits = !text.empty() && text.front() != '-';
  if (!is_digits || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_port(std::optional<long> value) { return value && *value >= 1 && *value <= 65535; }

// `443` or `8000-8010`.
Result<Ports> parse_ports(std::string_view text) {
  const std::size_t dash = text.find('-');
  const bool is_range = dash != std::string_view::npos;
  const auto first = number(text.substr(0, dash));
  const auto last = is_range ? number(text.substr(dash + 1)) : first;
  if (!is_port(first) || !is_port(last)) return fail(ErrorCode::kSyntax, "invalid port");
  if (*first > *last) return fail(ErrorCode::kSyntax, "invalid port range");
  return Ports{.first = static_cast<int>(*first), .last = static_cast<int>(*last)};
}

// Whether the url is nothing but a port. Then a number out of range is not a host name either.
bool is_ports_only(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos && !number(text.substr(dash + 1))) return false;
  return number(text.substr(0, dash)).has_value();
}

// Only http has a default port.
Result<Ports> default_ports(Module module) {
  if (module == Module::kHttp) return Ports{.first = 80, .last = 80};
  return fail(ErrorCode::kSyntax, "no port");
}

// A literal address in canonical form. A name stays as written.
std::string normalised(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(family, host.c_str(), binary.data()) != 1) return host;
  inet_ntop(family, binary.data(), text.data(), text.size());
  return text.data();
}

// ngx_parse_inet6_url().
Result<Endpoint> parse_inet6(std::string_view url, Module module) {
  const std::size_t close = url.find(']');
  if (close == std::string_view::npos) return fail(ErrorCode::kSyntax, "invalid host");
  const std::string host(url.substr(1, close - 1));
  const std::string_view rest = url.substr(close + 1);
  if (!rest.empty() && (rest.front() != ':' || rest.find('/') != std::string_view::npos)) {
    return fail(ErrorCode::kSyntax, "invalid host");
  }
  const auto ports = rest.empty() ? default_ports(module) : parse_ports(rest.substr(1));
  if (!ports) return tl::unexpected<base::Error>(ports.error());
  if (host.empty()) return fail(ErrorCode::kSyntax, "no host");
  in6_addr binary{};
  if (inet_pton(AF_INET6, host.c_str(), &binary) != 1) {
    return fail(ErrorCode::kSyntax, "invalid IPv6 address");
  }
  return Endpoint{.address = "[" + normalised(AF_INET6, host) + "]", .ports = *ports};
}

// ngx_parse_inet_url().
Result<Endpoint> parse_inet(std::string_view url, Module module) {
  if (url.find_first_of("/?") != std::string_view::npos) {
    return fail(ErrorCode::kSyntax, "invalid host");
  }
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos && is_ports_only(url)) {
    const auto ports = parse_ports(url);
    if (!ports) return tl::unexpected<base::Error>(ports.error());
    return Endpoint{.address = "0.0.0.0", .ports = *ports};
  }
  const auto ports =
      colon == std::string_view::npos ? default_ports(module) : parse_ports(url.substr(colon + 1));
  if (!ports) return tl::unexpected<base::Error>(ports.error());
  const std::string host(url.substr(0, colon));
  if (host.empty()) return fail(ErrorCode::kSyntax, "no host");
  return Endpoint{.address = host == "*" ? "0.0.0.0" : normalised(AF_INET, host), .ports = *ports};
}

Result<Endpoint> parse_unix(std::string_view url) {
  const std::string_view path = url.substr(std::string_view("unix:").size());
  constexpr std::size_t kPathBytes = 108;  // sizeof(sockaddr_un::sun_path), including the final NUL
  if (path.empty()) return fail(ErrorCode::kSyntax, "no path in the unix domain socket");
  if (path.size() >= kPathBytes) {
    return fail(ErrorCode::kSyntax, "too long path in the unix domain socket");
  }
  return Endpoint{.address = std::string(url), .ports = {}};
}

Result<Endpoint> parse_endpoint(const std::string& url, Module module) {
  std::string head = url.substr(0, 5);
  std::transform(head.begin(), head.end(), head.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (head == "unix:") return parse_unix(url);
  return url.starts_with('[') ? parse_inet6(url, module) : parse_inet(url, module);
}

// `backlog=` and similar take a number or a size; otherwise `invalid backlog "backlog=x"`.
std::optional<std::string> bad_value(std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  const std::string_view name = parameter.substr(0, equals);
  std::string_view value = parameter.substr(equals + 1);
  const bool is_size = name == "rcvbuf" || name == "sndbuf";
  if (is_size && value.find_last_of("kKmM") == value.size() - 1) value.remove_suffix(1);
  const auto parsed = number(value);
  if (parsed && (name != "backlog" || *parsed != 0)) return std::nullopt;
  return "invalid " + std::string(name) + " \"" + std::string(parameter) + "\"";
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Parameters {
 public:
  Parameters(Module module, Version version) : module_(module), version_(version) {}

  // Reads one parameter; returns nginx's complaint, if any.
  std::optional<std::string> read(const std::string& word);
  // Call after all parameters. Returns nginx's complaint about parameters that only TCP allows, if
  // any.
  std::optional<std::string> conflict() const;

  Listen flags;
  bool sets_socket_options = false;

 private:
  bool is_flag(std::string_view word);
  bool is_option(std::string_view word) const;
  bool knows_fastopen() const;

  Module module_;
  Version version_;
  std::vector<std::string> seen_;  // names of the parameters, without values
};

bool Parameters::is_flag(std::string_view word) {
  const bool has_default =
      module_ == Module::kHttp || (module_ == Module::kStream && version_ >= Version{1, 25, 5});
  if (has_default && is_one_of(word, {"default_server", "default"})) {
    return flags.default_server = true;
  }
  if (word == "ssl") return flags.ssl = true;
  if (word == "quic" && module_ == Module::kHttp && version_ >= Version{1, 25, 0}) {
    flags.transport = Transport::kUdp;
    return flags.quic = true;
  }
  if (word == "http2") return module_ == Module::kHttp;
  if (word == "udp" && module_ == Module::kStream) {
    flags.transport = Transport::kUdp;
    return true;
  }
  if (word == "proxy_protocol" && (module_ != Module::kMail || version_ >= Version{1, 19, 8}))
    return flags.has_proxy_protocol = true;
  return false;
}

bool Parameters::knows_fastopen() const {
  return module_ == Module::kHttp || (module_ == Module::kStream && version_ >= Version{1, 21, 0});
}

bool Parameters::is_option(std::string_view word) const {
  const bool has_names =
      module_ == Module::kHttp || (module_ == Module::kStream && version_ >= Version{1, 25, 5});
  if (word == "deferred") return has_names;
  if (word == "reuseport") return module_ != Module::kMail;
  if (word == "multipath") return version_ >= Version{1, 29, 7};
  return is_one_of(word, {"bind", "ipv6only=on", "ipv6only=off", "so_keepalive=on",
                          "so_keepalive=off"}) ||
         (word.starts_with("so_keepalive=") && word.find(':') != std::string_view::npos &&
          std::count(word.begin(), word.end(), ':') < 3);
}

std::optional<std::string> Parameters::read(const std::string& word) {
  seen_.push_back(word.substr(0, word.find('=')));
  if (is_flag(word)) return std::nullopt;
  const std::string_view name = std::string_view(word).substr(0, word.find('=') + 1);
  const bool has_number = is_one_of(name, {"backlog=", "rcvbuf=", "sndbuf="}) ||
                          (name == "fastopen=" && knows_fastopen());
  if (is_option(word) || has_number) {
    sets_socket_options = true;
    return has_number ? bad_value(word) : std::nullopt;
  }
  if (name == "ipv6only=") return "invalid ipv6only flags \"" + word.substr(name.size()) + "\"";
  if (name == "so_keepalive=") {
    return "invalid so_keepalive value: \"" + word.substr(name.size()) + "\"";
  }
  // nginx logs this at level emerg and yet accepts it, on systems without accept filters.
  if (name == "accept_filter=") return std::nullopt;
  const bool is_old = module_ != Module::kHttp && version_ < Version{1, 25, 5};
  return is_old ? "the invalid \"" + word + "\" parameter" : "invalid parameter \"" + word + "\"";
}

// The order is nginx's: ngx_http_core_listen(), ngx_stream_core_listen() before 1.25.5 and since.
std::optional<std::string> Parameters::conflict() const {
  if (flags.transport == Transport::kTcp) return std::nullopt;
  std::vector<std::string_view> order{"fastopen", "backlog", "deferred",     "multipath",
                                      "ssl",      "http2",   "so_keepalive", "proxy_protocol"};
  if (!flags.quic && version_ < Version{1, 25, 5}) {
    order = {"backlog", "ssl", "so_keepalive", "proxy_protocol", "fastopen"};
  }
  for (const std::string_view name : order) {
    if (std::find(seen_.begin(), seen_.end(), name) == seen_.end()) continue;
    return "\"listen\" directive \"" + std::string(name) + "\" parameter is incompatible with \"" +
           (flags.quic ? "quic" : "udp") + "\"";
  }
  return std::nullopt;
}

}  // namespace

Result<ParsedListen> parse_listen(const syntax::Directive& directive, Module module,
                                  const NginxBuild& build) {
  const auto complain = [&](std::string message) {
    return fail(ErrorCode::kSyntax, std::move(message), directive.end);
  };
  const std::string& url = directive.args.at(0).text;
  const auto endpoint = parse_endpoint(url, module);
  if (!endpoint) {
    return complain(endpoint.error().message + " in \"" + url + "\" of the \"listen\" directive");
  }
  Parameters parameters(module, build.version);
  for (std::size_t i = 1; i < directive.args.size(); ++i) {
    if (auto error = parameters.read(directive.args[i].text)) return complain(std::move(*error));
  }
  if (auto error = parameters.conflict()) return complain(std::move(*error));
  ParsedListen parsed{.listens = {}, .sets_socket_options = parameters.sets_socket_options};
  for (int port = endpoint->ports.first; port <= endpoint->ports.last; ++port) {
    Listen listen = parameters.flags;
    listen.address = endpoint->address;
    listen.port = port;
    listen.at = directive.at;
    parsed.listens.push_back(std::move(listen));
  }
  return parsed;
}

Listen default_listen(base::SourceLocation at) {
  Listen listen;
  listen.address = "0.0.0.0";
  listen.port = 80;
  listen.at = at;
  return listen;
}

}  // namespace mtls::config::blocks
