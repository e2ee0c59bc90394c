#include "config/blocks/log_formats.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "config/grammar/measures.h"

namespace mtls::config::blocks {
namespace {

constexpr std::size_t kFirstParameter = 2;
constexpr std::int64_t kGzipBuffer = std::int64_t{64} * 1024;

std::string quoted(std::string_view what, std::string_view text) {
  return std::string(what) + " \"" + std::string(text) + "\"";
}

/// What the parameters behind the format come to.
class Parameters {
 public:
  std::optional<std::string> take(std::string_view text) {
    if (text.starts_with("buffer=")) return take_buffer(text.substr(text.find('=') + 1));
    if (text.starts_with("flush=")) return take_flush(text.substr(text.find('=') + 1));
    if (text == "gzip" || text.starts_with("gzip=")) return take_gzip(text);
    if (text.starts_with("if=")) return std::nullopt;
    return quoted("invalid parameter", text);
  }

  std::optional<std::string> error_together(std::string_view path) const {
    if (flushes_ && size_ == 0) return quoted("no buffer is defined for access_log", path);
    if (size_ == 0) return std::nullopt;
    if (path.starts_with("syslog:")) return "logs to syslog cannot be buffered";
    const bool has_variable = path.find('$') != std::string_view::npos;
    return has_variable ? std::optional<std::string>("buffered logs cannot have variables in name")
                        : std::nullopt;
  }

 private:
  std::optional<std::string> take_buffer(std::string_view text) {
    size_ = grammar::parse_size(text).value_or(0);
    return size_ == 0 ? std::optional(quoted("invalid buffer size", text)) : std::nullopt;
  }
  std::optional<std::string> take_flush(std::string_view text) {
    flushes_ = grammar::parse_time(text, grammar::TimeUnit::kMilliseconds).value_or(0) > 0;
    return flushes_ ? std::nullopt : std::optional(quoted("invalid flush time", text));
  }
  std::optional<std::string> take_gzip(std::string_view text) {
    constexpr std::int64_t kStrongest = 9;
    if (size_ == 0) size_ = kGzipBuffer;
    if (text == "gzip") return std::nullopt;
    const std::string_view level = text.substr(text.find('=') + 1);
    const std::int64_t number = grammar::parse_number(level).value_or(0);
    const bool is_good = number >= 1 && number <= kStrongest;
    return is_good ? std::nullopt : std::optional(quoted("invalid compression level", level));
  }

  std::int64_t size_ = 0;
  bool flushes_ = false;
};

}  // namespace

std::optional<std::string> LogFormats::take(const syntax::Directive& directive, Module module) {
  if (directive.name == "log_format") return define(directive.args.at(0).text, module);
  return directive.name == "access_log" ? log_error(directive, module) : std::nullopt;
}

std::optional<std::string> LogFormats::define(const std::string& name, Module module) {
  const auto is_same = [&](const Format& one) { return one.name == name && one.module == module; };
  if (std::ranges::any_of(formats_, is_same)) return quoted("duplicate \"log_format\" name", name);
  formats_.push_back({.name = name, .module = module});
  return std::nullopt;
}

bool LogFormats::is_defined(const std::string& name, Module module) const {
  return std::ranges::any_of(formats_, [&](const Format& one) {
    return one.module == module && base::ascii_lower(one.name) == base::ascii_lower(name);
  });
}

std::optional<std::string> LogFormats::log_error(const syntax::Directive& log,
                                                 Module module) const {
  const std::string& path = log.args.at(0).text;
  const bool has_format = log.args.size() > 1;
  if (path == "off" && !has_format) return std::nullopt;
  if (path == "off") return quoted("invalid parameter", log.args[1].text);
  if (!has_format && module == Module::kStream) return "log format is not specified";
  const std::string& format = has_format ? log.args[1].text : formats_.front().name;
  if (!is_defined(format, module)) return quoted("unknown log format", format);
  Parameters parameters;
  for (std::size_t i = kFirstParameter; i < log.args.size(); ++i) {
    if (auto error = parameters.take(log.args[i].text)) return error;
  }
  return parameters.error_together(path);
}

}  // namespace mtls::config::blocks
