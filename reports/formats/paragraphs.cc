#include "reports/formats/paragraphs.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/text.h"
#include "config/syntax/excerpt.h"
#include "reports/dates.h"
#include "reports/formats/check_tables.h"
#include "reports/formats/plain_text.h"
#include "reports/formats/prose.h"
#include "reports/server_names.h"

namespace mtls::reports::formats {
namespace {

constexpr std::size_t kMaxServers = 5;   // named in one paragraph
constexpr std::size_t kMaxPlaces = 5;    // beside the first
constexpr std::size_t kMaxParts = 5;     // told in one paragraph
constexpr std::size_t kMaxRefusals = 5;  // with a paragraph: nginx stops at the first
constexpr std::string_view kIndent = "  ";
constexpr std::string_view kBar = " | ";

Paint paint_of(audit::Severity severity) {
  switch (severity) {
    case audit::Severity::kCritical: return Paint::kBad;
    case audit::Severity::kWarning: return Paint::kDoubtful;
    case audit::Severity::kInfo: break;
  }
  return Paint::kNone;
}

std::string upper_case(std::string_view word) {
  std::string upper(word);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

// The lines of the files of the configuration, each file read and split once.
class Sources {
 public:
  explicit Sources(const Report& report) : report_(report) {}

  // "": there is no such line, or its text cannot be had.
  std::string_view line(const FilePosition& position) {
    if (report_.text_of == nullptr || position.line == 0) return {};
    const auto [known, is_new] = files_.try_emplace(position.file);
    File& file = known->second;
    if (is_new) file.read(report_.text_of(position.file));
    return position.line <= file.lines.size() ? file.lines[position.line - 1] : std::string_view{};
  }

 private:
  struct File {
    std::string text;
    std::vector<std::string_view> lines;

    void read(std::string content) {
      text = std::move(content);
      std::string_view rest = text;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  };

  const Report& report_;
  std::map<std::string, File> files_;  // whose addresses stay
};

bool is_path(std::string_view word, std::string_view path) {
  if (word.empty()) return false;
  return path == word || (path.size() > word.size() && path.ends_with(word) &&
                          path[path.size() - word.size() - 1] == '/');
}

// The column of the word that names `path`, behind `column`; `column` where there is none.
std::uint32_t column_of(std::string_view line, std::uint32_t column, std::string_view path) {
  constexpr std::string_view kBetween = " \t;\"'";
  if (path.empty() || column == 0) return column;
  for (std::size_t begin = line.find_first_not_of(kBetween, column - 1);
       begin != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBetween, begin), line.size());
    if (is_path(line.substr(begin, end - begin), path))
      return static_cast<std::uint32_t>(begin + 1);
    begin = line.find_first_not_of(kBetween, end);
  }
  return column;
}

class Writer {
 public:
  explicit Writer(const Report& report)
      : report_(report), sources_(report), names_(report.assessment.resolved()) {}

  // As wide as the terminal.
  std::string wrapped(std::string_view first, std::string_view text) const {
    return formats::wrapped(first, text, width_);
  }

  std::string paragraph(const Cause& cause) {
    std::string text = title(cause);
    const std::size_t shown = std::min(cause.parts.size(), kMaxParts);
    for (std::size_t i = 0; i < shown; ++i) text += part(cause, i);
    if (shown < cause.parts.size())
      text += wrapped(kIndent, "and " + std::to_string(cause.parts.size() - shown) + " more of it");
    text += wrapped(kIndent, cause.first().meaning);
    text += file(cause) + servers(cause) + other_places(cause);
    return text + wrapped("  Fix: ", cause.remedy) + "\n";
  }

 private:
  bool has_place(const std::vector<FilePosition>& positions) const {
    return has_places(report_.assessment) && !positions.empty();
  }

  std::string title(const Cause& cause) const {
    const Issue& issue = cause.first();
    std::string text =
        painted(upper_case(word(issue.severity)), paint_of(issue.severity), report_.style) + " " +
        std::string(issue.rule);
    if (has_place(cause.positions)) {
      text += "  " + written(cause.positions.front());
    } else if (!issue.path.empty()) {
      text += "  " + base::sanitize(issue.path, base::kMaxPathBytes);
    }
    return text + "\n";
  }

  // What a line of its own says, the file, is not said twice.
  std::string words_of(const Cause& cause, const CausePart& part) const {
    std::string_view words = part.message;
    const std::string file = base::sanitize(cause.first().path, base::kMaxPathBytes) + ": ";
    if (!file_of(cause).empty() && words.starts_with(file)) words.remove_prefix(file.size());
    return with_dates(words, report_.assessment.snapshot.evaluated_at);
  }

  // The first part has the line; the others say where they differ.
  std::string part(const Cause& cause, std::size_t index) {
    const CausePart& part = cause.parts[index];
    const std::string words = words_of(cause, part);
    if (index == 0) {
      return has_place(part.positions) ? quoted_line(part.positions.front(), cause, words)
                                       : wrapped(kIndent, words);
    }
    const bool is_elsewhere = part.servers != cause.parts.front().servers && !part.servers.empty();
    const bool is_of_some = is_elsewhere && part.servers.size() < cause.servers.size();
    return wrapped(kIndent, words + (is_of_some ? " (at " + listed(part.servers) + ")" : ""));
  }

  // `  9 | ssl_crl devices.crl;` and `    |         ^ WORDS`
  std::string quoted_line(const FilePosition& position, const Cause& cause,
                          const std::string& words) {
    const std::string_view line = sources_.line(position);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return wrapped(kIndent, words);
    const std::string number = std::to_string(position.line);
    const std::uint32_t column = column_of(line, position.column, cause.first().path);
    const std::size_t margin = kIndent.size() + number.size() + kBar.size();
    const std::size_t most = report_.columns == 0 ? config::syntax::kExcerptBytes
                                                  : width_ - std::min(margin, width_ / 2);
    const config::syntax::Excerpt shown = config::syntax::excerpt(line, column, most);
    std::string text = std::string(kIndent) + number + std::string(kBar) + shown.text + "\n";
    if (column == 0) return text + wrapped(kIndent, words);
    const std::size_t left = width_of(first_characters(shown.text, shown.caret));
    const std::string before = std::string(kIndent) + std::string(number.size(), ' ') +
                               std::string(kBar) + std::string(left, ' ') + "^";
    const bool fits = width_of(before) + 1 + width_of(words) <= width_;
    return text + before + (fits ? " " + words + "\n" : "\n" + wrapped(kIndent, words));
  }

  std::string listed(const std::vector<std::string>& ids) const {
    std::string text;
    const std::size_t shown = std::min(ids.size(), kMaxServers);
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names_.of(ids[i]);
    return shown == ids.size() ? text
                               : text + " and " + std::to_string(ids.size() - shown) + " more";
  }

  // "": the title has it, or there is none.
  std::string file_of(const Cause& cause) const {
    return has_place(cause.positions) ? base::sanitize(cause.first().path, base::kMaxPathBytes)
                                      : "";
  }

  // As nginx opens it, whole, so that it can be copied.
  std::string file(const Cause& cause) const {
    const std::string path = file_of(cause);
    return path.empty() ? "" : "  File: " + path + "\n";
  }

  std::string other_places(const Cause& cause) const {
    if (!has_place(cause.positions) || cause.positions.size() == 1) return "";
    std::string text;
    const std::size_t shown = std::min(cause.positions.size(), kMaxPlaces + 1);
    for (std::size_t i = 1; i < shown; ++i)
      text += (i == 1 ? "" : ", ") + written(cause.positions[i]);
    const std::size_t more = cause.positions.size() - shown;
    return wrapped("  Also at: ",
                   more == 0 ? text : text + " and " + std::to_string(more) + " more");
  }

  std::string servers(const Cause& cause) const {
    if (cause.servers.empty() || !has_places(report_.assessment)) return "";
    return wrapped(cause.servers.size() == 1 ? "  Server: " : "  Servers: ", listed(cause.servers));
  }

  const Report& report_;
  std::size_t width_ = text_width(report_);
  Sources sources_;
  ServerNames names_;
};

}  // namespace

std::string paragraphs(const Report& report, const std::vector<Cause>& causes) {
  Writer writer(report);
  std::string text;
  std::size_t refusals = 0;
  for (const Cause& cause : causes) {
    if (cause.first().kind == audit::FindingKind::kNginxRefusesConfig) ++refusals;
  }
  for (std::size_t i = 0; i < causes.size(); ++i) {
    const bool is_too_much = i >= kMaxRefusals && i < refusals;
    if (!is_too_much) text += writer.paragraph(causes[i]);
    if (is_too_much && i + 1 == refusals) {
      text += writer.wrapped(
                  "", "And " + std::to_string(refusals - kMaxRefusals) +
                          " more reasons why nginx refuses this configuration; --format json "
                          "has all of them. nginx stops at the first.") +
              "\n";
    }
  }
  return text;
}

}  // namespace mtls::reports::formats
