#include <algorithm>
#include <array>
#include <set>

#include "daemon/settings/build_info.h"
#include "daemon/settings/completion.h"
#include "daemon/settings/help.h"
#include "daemon/settings/settings_keys.h"

namespace mtls::daemon::settings {
namespace {

// For troff: backslashes, hyphens that are minus signs, and lines that begin like a request.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += ' ';
      continue;
    }
    if (c == '\\') {
      out += "\\e";
      continue;
    }
    if (c == '-') out += '\\';
    out += c;
  }
  const bool is_request = out.starts_with('.') || out.starts_with('\'');
  return is_request ? "\\&" + out : out;
}

std::string flags_text(const CLI::App& command, std::string_view skipped) {
  std::string text;
  for (const FlagFacts& flag : flags_of(command)) {
    const CLI::Option* option = command.get_option(flag.name);
    if (!skipped.empty() && option->get_group() == skipped) continue;
    text += ".TP\n.B " + escaped(flag.name);
    if (!flag.value.empty()) text += " \\fI" + escaped(flag.value) + "\\fR";
    text += "\n" + escaped(flag.help) + "\n";
  }
  return text;
}

std::string serve_flags_text(const CLI::App& app) {
  std::string text;
  for (const FlagFacts& flag : flags_of(app)) {
    if (app.get_option(flag.name)->get_group() != kServeGroup) continue;
    text += ".TP\n.B " + escaped(flag.name);
    if (!flag.value.empty()) text += " \\fI" + escaped(flag.value) + "\\fR";
    text += "\n" + escaped(flag.help) + "\n";
  }
  return text;
}

// A line each, as they are to be typed.
std::string examples_text(const CLI::App& app) {
  std::string text;
  std::set<std::string> seen;  // commands without examples have those of the program
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string footer = command->get_footer();
    for (std::size_t at = 0; at < footer.size();) {
      const std::size_t end = std::min(footer.find('\n', at), footer.size());
      const std::string line = footer.substr(at, end - at);
      if (line.starts_with("  ") && seen.insert(line).second)
        text += escaped(line.substr(2)) + "\n";
      at = end + 1;
    }
  }
  return ".nf\n" + text + ".fi\n";
}

std::string head_of(const std::string& section) {
  return ".TH NGINX\\-MTLS\\-EXPORTER " + section + " \"\" \"nginx\\-mtls\\-exporter " +
         escaped(std::string(exporter_version())) + "\"\n";
}

constexpr const char* kExample = R"(canaries:
  - name: billing
    certificate: /etc/nginx/canaries/billing.pem
    servers: [api.example.com]
policy:
  severity: { crl-expires-soon: critical }
  accept:
    - rule: ca-expires-soon
      server: legacy.*
      until: 2027-03-01
      reason: the last clients move in February
)";

struct ExitCode {
  std::string_view code;
  std::string_view meaning;
};

constexpr std::array kExitCodes{
    ExitCode{"0",
             "check: no finding at or above --fail-on. dump: nginx would accept the "
             "configuration. explain: everything is known."},
    ExitCode{"1", "check: findings at or above --fail-on."},
    ExitCode{"2",
             "Bad usage, unreadable settings, or nginx would refuse the configuration. "
             "explain: something is not known."},
    ExitCode{"3", "The system refuses something that is needed, or a mount does not answer."}};

}  // namespace

std::string man_page(const CLI::App& app) {
  std::string text = head_of("8") +
                     ".SH NAME\nnginx\\-mtls\\-exporter \\- predict which client certificates "
                     "nginx refuses, and from when\n.SH SYNOPSIS\n";
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* command : commands) {
    text += ".B nginx\\-mtls\\-exporter " + escaped(command->get_name()) + "\n.RI [ flags ]\n.br\n";
  }
  text += ".SH DESCRIPTION\n" + escaped(app.get_description()) + "\n.SH COMMANDS\n";
  for (const CLI::App* command : commands) {
    text += ".SS " + escaped(command->get_name()) + "\n" + escaped(command->get_description()) +
            ".\n" +
            (command->get_name() == "serve" ? serve_flags_text(app) : flags_text(*command, ""));
  }
  text += ".SH FLAGS OF ALL COMMANDS\n" + flags_text(app, kServeGroup) + ".SH EXAMPLES\n" +
          examples_text(app) + ".SH EXIT STATUS\n";
  for (const ExitCode& code : kExitCodes) {
    text += ".TP\n.B " + std::string(code.code) + "\n" + escaped(std::string(code.meaning)) + "\n";
  }
  return text +
         ".SH FILES\nThe settings file that \\-\\-config.file names is described in\n"
         ".BR nginx\\-mtls\\-exporter (5).\n.SH SEE ALSO\n.BR nginx\\-mtls\\-exporter (5),\n.BR "
         "nginx (8),\n.BR openssl\\-verify (1)\n";
}

std::string settings_man_page() {
  std::string text =
      head_of("5") +
      ".SH NAME\nnginx\\-mtls\\-exporter \\- the settings file\n.SH DESCRIPTION\n"
      "No settings file is needed. It is YAML and strict: an unknown or repeated key "
      "is an error.\n"
      ".B nginx\\-mtls\\-exporter \\-\\-config.check\nreads it and ends.\n.SH KEYS\n";
  for (const SettingsKey& key : settings_keys()) {
    text += ".TP\n.B " + escaped(std::string(key.path));
    if (!key.value.empty()) text += ": \\fI" + escaped(std::string(key.value)) + "\\fR";
    text += "\n" + escaped(std::string(key.help));
    if (!key.usual.empty()) text += " Without it: " + escaped(std::string(key.usual)) + ".";
    text += "\n";
  }
  text += ".SH EXAMPLE\n.nf\n";
  for (std::string_view rest = kExample; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    text += escaped(std::string(rest.substr(0, end))) + "\n";
    rest.remove_prefix(end + 1);
  }
  return text + ".fi\n.SH SEE ALSO\n.BR nginx\\-mtls\\-exporter (8)\n";
}

}  // namespace mtls::daemon::settings
