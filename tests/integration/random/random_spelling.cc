#include "tests/integration/random/random_spelling.h"

#include <algorithm>
#include <string_view>

#include "tests/integration/random/random_dice.h"

namespace mtls::testing {
namespace {

// R1.2: whether the word needs no quotes once its backslashes are doubled.
bool can_be_bare(std::string_view word) {
  if (word.empty() || word.front() == '#' || word.front() == '}') return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (std::string_view(" \t\r\n;\"'").find(word[i]) != std::string_view::npos) return false;
    if (word[i] == '{' && (i == 0 || word[i - 1] != '$')) return false;
  }
  return true;
}

class Speller {
 public:
  explicit Speller(const SpellingSettings& settings)
      : settings_(settings),
        dice_(settings.seed),
        is_plain_(settings.spelling == Spelling::kPlain) {}

  Files spell(const Nodes& main) {
    std::string text = list(main, "main", 0);
    files_["nginx.conf"] = std::move(text);
    return std::move(files_);
  }

 private:
  static constexpr std::size_t kDeepest = 3;  // levels of nested includes

  /// Prints the inside of `block`, or a part of it.
  std::string list(const Nodes& nodes, const std::string& block, std::size_t depth) {
    std::string text;
    for (std::size_t at = 0; at < nodes.size();) {
      const std::size_t run = run_for_include(nodes, at);
      if (run > 0) {
        text += include(Nodes(nodes.begin() + static_cast<std::ptrdiff_t>(at),
                              nodes.begin() + static_cast<std::ptrdiff_t>(at + run)),
                        block, depth);
        at += run;
      } else {
        text += node(nodes[at++], depth);
      }
    }
    return text;
  }

  /// How many directives from `at` on go into included files; 0: none.
  std::size_t run_for_include(const Nodes& nodes, std::size_t at) {
    if (settings_.spelling != Spelling::kSplit || includes_ >= kMostIncludes) return 0;
    return dice_.percent(15) ? dice_.between(1, std::min<std::size_t>(5, nodes.size() - at)) : 0;
  }

  std::string include(const Nodes& nodes, const std::string& block, std::size_t depth) {
    if (depth >= kDeepest) {
      std::string text;
      for (const Node& one : nodes) text += node(one, depth);
      return text;
    }
    const std::string stem = "part" + std::to_string(++includes_);
    const std::string prefix = dice_.percent(30) ? settings_.directory + "/" : "";
    if (block == "geo" || dice_.percent(50)) {  // ngx_http_geo_include() does not expand patterns
      files_[stem + ".inc"] = list(nodes, block, depth + 1);
      return node(directive("include", {prefix + stem + ".inc"}), depth);
    }
    // In files that sort in the order of the directives.
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      files_[stem + "/" + std::to_string(i) + "-x.conf"] = list({nodes[i]}, block, depth + 1);
    }
    files_[stem + "/.0-hidden.conf"] = "}";
    files_[stem + "/readme"] = "not nginx's {";
    const char* pattern = dice_.one_of({"/*.conf", "/[0-9]*.conf", "/?-*.con?", "/*.conf*"});
    return node(directive("include", {prefix + stem + pattern}), depth);
  }

  std::string node(const Node& node, std::size_t depth) {
    if (!node.raw.empty()) return node.raw + "\n";
    std::string text = before() + word(node.name);
    for (const std::string& arg : node.args) text += gap() + word(arg);
    if (node.has_block) {
      text += gap() + "{" + line_end() + list(node.inside, node.name, depth);
    } else if (!is_plain_ && dice_.percent(10)) {
      text += gap();
    }
    const std::string end = node.has_block ? "}" : ";";
    if (node.end != Node::End::kMissing) text += end;
    if (node.end == Node::End::kTwice) text += end;
    return text + line_end();
  }

  std::string word(const std::string& text) {
    const bool is_bare = can_be_bare(text);
    if (is_bare && (is_plain_ || dice_.percent(75))) return escaped(text, '\0');
    const char quote = is_plain_ || dice_.percent(60) ? '"' : '\'';
    return quote + escaped(text, quote) + quote;
  }

  /// R1.4: a backslash must be doubled only before `"'\trn`.
  std::string escaped(const std::string& text, char quote) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      const char next = i + 1 < text.size() ? text[i + 1] : '\0';
      const bool is_kept =
          next != '\0' && std::string_view("\"'\\trn;{ ").find(next) == std::string_view::npos;
      if (c == '\\' && !(is_kept && chance(50))) {
        out += "\\\\";
      } else if (c == quote || (quote != '\0' && (c == '"' || c == '\'') && chance(50))) {
        out += {'\\', c};
      } else if (quote != '\0' && (c == '\n' || c == '\t') && chance(50)) {
        out += c == '\n' ? "\\n" : "\\t";
      } else {
        out += c;
      }
    }
    return out;
  }

  bool chance(std::size_t percent) { return !is_plain_ && dice_.percent(percent); }

  std::string gap() {
    if (is_plain_ || dice_.percent(70)) return " ";
    if (dice_.percent(20)) return " " + comment();
    return dice_.one_of({"\t", "  ", "\n", "\r\n", "\n\n\t", " \r ", " \n"});
  }
  std::string before() {
    if (is_plain_ || dice_.percent(60)) return "";
    if (dice_.percent(40)) return comment();
    return dice_.one_of({"  ", "\t", "\n", "\r\n\r\n"});
  }
  std::string line_end() {
    if (is_plain_ || dice_.percent(60)) return "\n";
    if (dice_.percent(30)) return " " + comment();
    return dice_.one_of({"", " ", "\r\n", "\n\n"});
  }
  std::string comment() {
    return std::string("#") +
           dice_.one_of({"", " } { ; ", " \"", " it's", " ssl_verify_client off;", "#\r}", "\\",
                         " \xC3\xA9\xFF", "\tinclude missing;"}) +
           "\n";
  }

  static constexpr std::size_t kMostIncludes = 12;

  const SpellingSettings& settings_;
  Dice dice_;
  bool is_plain_;
  Files files_;
  std::size_t includes_ = 0;
};

}  // namespace

Files spell(const Nodes& main, const SpellingSettings& settings) {
  return Speller(settings).spell(main);
}

}  // namespace mtls::testing
