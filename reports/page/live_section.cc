#include "reports/page/live_section.h"

#include "audit/loaded.h"
#include "reports/dates.h"
#include "reports/markup.h"
#include "reports/page/html.h"

namespace mtls::reports::page {
namespace {

base::sys_seconds instant(std::int64_t ns) {
  const std::chrono::nanoseconds at(ns);
  return base::sys_seconds(std::chrono::floor<std::chrono::seconds>(at));
}

std::string paragraph(const std::string& html) { return "<p>" + html + "</p>"; }

std::string since(const running::Master& master, base::sys_seconds now) {
  if (master.process.is_single)
    return "; it serves without workers (<code>master_process off</code>), so nobody can tell "
           "which "
           "version of its files it has loaded";
  if (!master.load) return "; it has no workers";
  if (master.generation->is_doubtful)
    return "; all of its workers are new, and nobody saw whether it was reloaded";
  return ", with the configuration that it read at " + date(instant(master.load->before_ns), now);
}

std::string master_line(const running::Master& master, base::sys_seconds now) {
  std::string line = "nginx " + escape_markup(master.build.version) + " runs as process " +
                     std::to_string(master.process.pid) + since(master, now) + ".";
  if (master.is_replaced) line += " Its binary was replaced on the disk meanwhile.";
  const std::size_t draining = master.draining();
  if (draining > 0) {
    line += " Workers that still serve connections from before the last reload: " +
            std::to_string(draining) + ".";
  }
  return line;
}

// Paths; a host can have thousands.
class Listed {
 public:
  void add(const std::string& path) {
    constexpr std::size_t kMaxNamed = 20;
    if (++count_ <= kMaxNamed) {
      html_ += (html_.empty() ? "" : ", ") + code(path);
    } else {
      ++more_;
    }
  }
  bool is_empty() const { return count_ == 0; }
  std::string html() const {
    return more_ == 0 ? html_ : html_ + " and " + std::to_string(more_) + " more";
  }

 private:
  std::string html_;
  std::size_t count_ = 0;
  std::size_t more_ = 0;
};

// What is known of the files.
std::string loaded_line(const audit::Snapshot& snapshot) {
  const audit::Loaded* loaded = snapshot.loaded.get();
  if (loaded == nullptr) return "";
  if (loaded->is_mixed)
    return paragraph(
        "An upgrade of the binary is under way: two masters serve, so what clients "
        "get is not known.");
  Listed pending;
  Listed unknown;
  for (const auto& [path, state] : loaded->others) {
    Listed& list = state == audit::LoadState::kPending ? pending : unknown;
    list.add(path);
  }
  std::string text;
  if (!pending.is_empty())
    text +=
        paragraph("<span class=\"doubtful\">It waits for a reload:</span> " + pending.html() + ".");
  if (!unknown.is_empty())
    text += paragraph(
        "Which version of these files it has loaded is not known until its next "
        "reload: " +
        unknown.html() + ".");
  if (text.empty() && loaded->config) text = paragraph("It has loaded the files as they are.");
  return text;
}

}  // namespace

std::string live_section(const audit::Snapshot& snapshot) {
  if (!snapshot.processes) return "";
  const running::ProcessView& view = *snapshot.processes;
  std::string section =
      "<section aria-labelledby=\"running\"><h2 id=\"running\">The running nginx</h2>\n";
  if (!view.is_visible)
    return section + paragraph("/proc does not show the exporter the processes of other users.") +
           "</section>\n";
  const running::Master* master = snapshot.master();
  section += paragraph(master != nullptr ? master_line(*master, snapshot.evaluated_at)
                                         : "No nginx runs on this configuration.");
  section += loaded_line(snapshot);
  if (view.elsewhere > 0) {
    section += paragraph(
        "Masters in containers, with other files, which the exporter does not "
        "look at: " +
        std::to_string(view.elsewhere) + ".");
  }
  return section + "</section>\n";
}

}  // namespace mtls::reports::page
