#include "daemon/commands/fix.h"

#include <filesystem>
#include <optional>

#include "base/text.h"
#include "config/include.h"
#include "daemon/commands/clients.h"
#include "daemon/commands/command.h"
#include "daemon/commands/mending.h"
#include "daemon/commands/progress.h"
#include "daemon/system/replace_file.h"
#include "reports/fix/unified_diff.h"

namespace mtls::daemon::commands {
namespace {

constexpr const char* kNobody = "(a client without a certificate)";

std::string printable(const std::string& text) { return base::sanitize(text, base::kMaxPathBytes); }

std::string line_of(std::string_view word, const reports::Issue& issue) {
  std::string text = "# " + std::string(word) + " " + std::string(issue.rule);
  if (!issue.server.empty()) text += " at " + printable(issue.server);
  return text + ": " + printable(issue.message) + "\n";
}

std::string line_of(const reports::ClientChange& change) {
  return "# " + printable(change.client) + " at " + printable(change.server) +
         " would get another answer: " + reports::answer_text(change.now) +
         "; now: " + reports::answer_text(change.before) + "\n";
}

// Lines that patch(1) skips.
std::string announcement(const Mending& mending) {
  std::string text;
  for (const reports::Issue& issue : mending.mended) text += line_of("mends", issue);
  for (const reports::Issue& issue : mending.left) text += line_of("leaves", issue);
  for (const reports::ClientChange& change : mending.comparison.worse_clients)
    text += line_of(change);
  for (const reports::ClientChange& change : mending.comparison.better_clients)
    text += line_of(change);
  return text;
}

std::string diff_of(const inputs::EditedFiles& edited, base::FileSystem& files) {
  std::string diff;
  for (const auto& [path, text] : edited.texts()) {
    const auto content = files.read(path, config::IncludeLimits{}.max_file_bytes);
    if (content) diff += reports::fix::unified_diff(path, std::string(content->text()), text);
  }
  return diff;
}

base::Result<int> write(const inputs::EditedFiles& edited, const inputs::Inputs& inputs) {
  std::string said;
  for (const auto& [path, text] : edited.texts()) {
    std::error_code error;
    const auto real = std::filesystem::canonical(inputs.here(path), error);
    const auto kept = system::replace_file(error ? path : real.string(), text);
    if (!kept) {
      (void)print(said);
      return tl::unexpected(kept.error());
    }
    said += "wrote " + printable(real.string()) + ", the old text is in " + printable(*kept) + "\n";
  }
  if (!said.empty()) said += "Now run: nginx -t && nginx -s reload\n";
  const auto printed = print(said);
  if (!printed) return tl::unexpected(printed.error());
  return kClean;
}

base::Result<int> mend_all(const settings::Options& options, audit::Policy policy,
                           inputs::Inputs& inputs) {
  inputs::ClientFiles listed(inputs.files());
  if (const auto good = add_clients(options.check, inputs, listed, policy); !good)
    return tl::unexpected(good.error());
  policy.canaries.push_back(
      {.name = kNobody, .certificate = "", .expect = audit::Expect::kNothing, .servers = {}});
  const base::sys_seconds now = wall_clock();
  std::optional<Progress> progress(std::in_place,
                                   "reading and judging " + printable(policy.nginx_conf));
  const auto snapshot = evaluate(policy, listed, now);
  if (const auto good = check_clients(options.check, *snapshot); !good)
    return tl::unexpected(good.error());
  if (const auto errors = snapshot->nginx_errors(); !errors.empty()) {
    return base::fail(
        base::ErrorCode::kInvalidArgument,
        "nginx refuses this configuration, repair that first: " + errors.front().text());
  }
  inputs::EditedFiles edited(listed);
  const Mending mending = mend(policy, edited, now,
                               {.rule = options.fix.rule,
                                .server = options.fix.server,
                                .tell = [&](const std::string& step) { progress->now(step); }});
  const std::string diff = diff_of(edited, listed);
  progress.reset();
  if (const auto printed = print(announcement(mending) + diff); !printed)
    return tl::unexpected(printed.error());
  if (options.fix.write) return write(edited, inputs);
  return diff.empty() ? kClean : kFindings;
}

}  // namespace

int fix(const settings::Options& options) {
  return run_command(options, [&](const audit::Policy& policy, inputs::Inputs& inputs) {
    return mend_all(options, policy, inputs);
  });
}

}  // namespace mtls::daemon::commands
