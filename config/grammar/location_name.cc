#include "config/grammar/location_name.h"

namespace mtls::config::grammar {
namespace {

using Kind = LocationName::Kind;

std::string named(const std::string& what, const LocationName& location) {
  return what + " \"" + location.name + "\"";
}

}  // namespace

LocationName LocationName::of(const syntax::Directive& location) {
  std::string text = location.args.at(0).text;
  if (location.args.size() > 1) text += location.args[1].text;
  if (text.starts_with("~*"))
    return {.kind = Kind::kRegex, .name = text.substr(2), .letters = syntax::Letters::kEitherCase};
  if (text.starts_with('~')) return {.kind = Kind::kRegex, .name = text.substr(1)};
  if (text.starts_with("^~")) return {.name = text.substr(2), .stops_regex = true};
  if (text.starts_with('=')) return {.kind = Kind::kExact, .name = text.substr(1)};
  return {.kind = text.starts_with('@') ? Kind::kNamed : Kind::kPrefix, .name = std::move(text)};
}

std::optional<std::string> location_words_error(const syntax::Directive& location) {
  const std::string& first = location.args.at(0).text;
  const bool is_modifier = first == "=" || first == "^~" || first == "~" || first == "~*";
  if (location.args.size() > 1 && !is_modifier)
    return "invalid location modifier \"" + first + "\"";
  const LocationName name = LocationName::of(location);
  if (name.kind != Kind::kRegex) return std::nullopt;
  const auto regex = syntax::Regex::compile(name.name, name.letters);
  return regex ? std::nullopt : std::optional(regex.error().message);
}

std::optional<std::string> location_place_error(const syntax::Directive& location,
                                                const syntax::Directive& outer) {
  const LocationName inner = LocationName::of(location);
  const LocationName around = LocationName::of(outer);
  const std::string inside = named("location", inner) + " cannot be inside the ";
  if (around.kind == Kind::kExact) return inside + named("exact location", around);
  if (around.kind == Kind::kNamed) return inside + named("named location", around);
  if (inner.kind == Kind::kNamed)
    return named("named location", inner) + " can be on the server level only";
  if (inner.kind == Kind::kRegex || inner.name.starts_with(around.name)) return std::nullopt;
  return named("location", inner) + " is outside " + named("location", around);
}

}  // namespace mtls::config::grammar
