#include "reports/live_section.h"

#include "audit/loaded.h"
#include "base/text.h"
#include "reports/markup.h"

namespace mtls::reports {
namespace {

std::string instant(std::int64_t ns) {
  const std::chrono::nanoseconds at(ns);
  return base::rfc3339(base::sys_seconds(std::chrono::floor<std::chrono::seconds>(at)));
}

std::string paragraph(const std::string& html) { return "<p>" + html + "</p>"; }

std::string code(const std::string& path) {
  return "<code>" + escape_markup(base::sanitize(path, base::kMaxPathBytes)) + "</code>";
}

std::string since(const running::Master& master) {
  if (!master.load) return "; it has no workers";
  if (master.generation->is_doubtful)
    return "; all of its workers are new, and nobody saw whether it was reloaded";
  return ", with the configuration that it read at " + instant(master.load->before_ns);
}

std::string master_line(const running::Master& master) {
  std::string line = "nginx " + escape_markup(master.build.version) + " runs as process " +
                     std::to_string(master.process.pid) + since(master) + ".";
  if (master.is_replaced) line += " Its binary was replaced on the disk meanwhile.";
  const std::size_t draining = master.draining();
  if (draining > 0) {
    line += " Workers that still serve connections from before the last reload: " +
            std::to_string(draining) + ".";
  }
  return line;
}

// What is known of the files.
std::string loaded_line(const audit::Snapshot& snapshot) {
  const audit::Loaded* loaded = snapshot.loaded.get();
  if (loaded == nullptr) return "";
  if (loaded->is_mixed)
    return paragraph(
        "An upgrade of the binary is under way: two masters serve, so what clients "
        "get is not known.");
  std::string pending;
  std::string unknown;
  for (const auto& [path, state] : loaded->others) {
    std::string& list = state == audit::LoadState::kPending ? pending : unknown;
    list += (list.empty() ? "" : ", ") + code(path);
  }
  std::string text;
  if (!pending.empty())
    text += paragraph("<span class=\"warning\">It waits for a reload:</span> " + pending + ".");
  if (!unknown.empty())
    text += paragraph(
        "Which version of these files it has loaded is not known until its next "
        "reload: " +
        unknown + ".");
  if (text.empty() && loaded->config) text = paragraph("It has loaded the files as they are.");
  return text;
}

}  // namespace

std::string live_section(const audit::Snapshot& snapshot) {
  if (!snapshot.processes) return "";
  const running::ProcessView& view = *snapshot.processes;
  std::string section = "<h2>The running nginx</h2>";
  if (!view.is_visible)
    return section + paragraph("/proc does not show the exporter the processes of other users.");
  const running::Master* master = snapshot.master();
  section +=
      paragraph(master != nullptr ? master_line(*master) : "No nginx runs on this configuration.");
  section += loaded_line(snapshot);
  if (view.elsewhere > 0) {
    section += paragraph(
        "Masters in containers, with other files, which the exporter does not "
        "look at: " +
        std::to_string(view.elsewhere) + ".");
  }
  return section;
}

}  // namespace mtls::reports
