#include "daemon/state/loaded_keeper.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/state/loaded_state.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::state {
namespace {

constexpr const char* kFile = "loaded.json";
constexpr const char* kContents = "contents";
// Longer than a reload shows old and new workers side by side.
constexpr std::chrono::seconds kSteady{3};
constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;  // of all contents

std::string name_of(const std::string& content) { return std::string(kContents) + "/" + content; }

bool is_digest(const std::string& name) {
  constexpr std::size_t kDigits = 64;
  return name.size() == kDigits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::vector<running::Worker> serving(const running::Master& master) {
  std::vector<running::Worker> workers;
  for (const running::Worker& worker : master.workers)
    if (!worker.is_draining) workers.push_back(worker);
  return workers;
}

}  // namespace

LoadedKeeper::LoadedKeeper(std::string state_directory, base::FileSystem& disk)
    : directory_(std::move(state_directory)), disk_(disk) {}

std::shared_ptr<const audit::Remembered> LoadedKeeper::read(const Runs& runs) {
  if (!directory_.is_there()) return nullptr;
  const auto text = directory_.read(kFile);
  if (!text) return nullptr;
  auto state = parse_loaded_state(*text, live::this_boot());
  if (!state) {
    directory_.set_aside(kFile, state.error().message);
    return nullptr;
  }
  if (!runs(state->master, state->master_started)) {
    directory_.set_aside(kFile, "that nginx does not run any more");
    return nullptr;
  }
  state->bytes = [directory = directory_](const std::string& content) {
    return is_digest(content) ? directory.read(name_of(content)) : std::nullopt;
  };
  return std::make_shared<const audit::Remembered>(std::move(*state));
}

void LoadedKeeper::look(const audit::Snapshot& snapshot, const running::ProcessView& now) {
  const running::Master* master = snapshot.master();
  if (!directory_.is_there() || master == nullptr || !snapshot.loaded) return;
  if (snapshot.loaded->is_mixed) return;
  std::vector<running::Worker> workers = serving(*master);
  const bool is_same =
      seen_ == snapshot.loaded->files && master_ == master->process.pid && workers_ == workers;
  if (!is_same) {
    seen_ = snapshot.loaded->files;
    master_ = master->process.pid;
    workers_ = std::move(workers);
    since_ = Clock::now();
    is_written_ = false;
    keep_contents(*seen_);
  }
  if (is_written_ || Clock::now() - since_ < kSteady) return;
  const running::Master* still = now.master_of(master->build.conf);
  const bool is_steady = still != nullptr && still->process.pid == master_ &&
                         still->started == master->started && serving(*still) == workers_;
  if (is_steady) write(remembered_of(snapshot));
}

void LoadedKeeper::keep_contents(const audit::LoadedFiles& files) {
  std::error_code ignored;
  std::filesystem::create_directory(directory_.path(kContents), ignored);
  std::filesystem::permissions(directory_.path(kContents), std::filesystem::perms::owner_all,
                               ignored);
  for (const auto& [path, file] : files) {
    if (file.kind == audit::LoadedFile::Kind::kMaterial && file.stamp && file.file)
      keep_content(path, file);
  }
}

void LoadedKeeper::keep_content(const std::string& path, const audit::LoadedFile& file) {
  if (!file.file->material || file.file->material->contains_private_key) return;
  const std::string digest = file.file->material->content.hex();
  if (!looked_at_.insert(digest).second) return;
  const std::string name = name_of(digest);
  std::error_code error;
  const auto size = std::filesystem::file_size(directory_.path(name), error);
  if (!error) {
    kept_bytes_ += size;
    return;
  }
  const auto content = disk_.read(path, kMaxFileBytes);
  if (!content || content->stamp != *file.stamp) return;  // it was replaced already
  if (content->text().find("PRIVATE KEY") != std::string_view::npos) return;
  if (kept_bytes_ + content->bytes.size() > kMaxBytes) return;
  if (directory_.write(name, content->text())) kept_bytes_ += content->bytes.size();
}

void LoadedKeeper::write(const audit::Remembered& state) {
  is_written_ = true;  // or cannot be, until something changes
  if (!directory_.write(kFile, loaded_state_text(state, live::this_boot()))) return;
  std::set<std::string> named;
  for (const auto& [path, file] : state.files) named.insert(file.content);
  remove_contents_but(named);
}

void LoadedKeeper::remove_contents_but(const std::set<std::string>& named) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory_.path(kContents), error), end;
       at != end && !error; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!is_digest(name) || named.contains(name)) continue;
    std::error_code ignored;
    const auto size = std::filesystem::file_size(at->path(), ignored);
    if (!ignored) kept_bytes_ -= std::min(kept_bytes_, static_cast<std::size_t>(size));
    std::filesystem::remove(at->path(), ignored);
    looked_at_.erase(name);
  }
}

}  // namespace mtls::daemon::state
