#include "daemon/system/mount_threads.h"

#include <condition_variable>
#include <deque>
#include <system_error>
#include <thread>
#include <utility>

namespace mtls::daemon::system {
namespace {

// A thread without work waits so long for more: the next file of the same mount comes at once.
constexpr std::chrono::seconds kIdle{10};

struct Task {
  std::function<void()> work;
  bool done = false;
};

}  // namespace

/// Shared by those who wait and the thread, which may outlive them all.
struct MountThreads::Lane {
  std::mutex mutex;
  std::condition_variable more;
  std::condition_variable done;
  std::deque<std::shared_ptr<Task>> waiting;
  std::shared_ptr<Task> overdue;  // the lane is stuck until this is done
  bool has_thread = false;

  bool start_thread(const std::shared_ptr<Lane>& self);
  void work_off();
};

bool MountThreads::Lane::start_thread(const std::shared_ptr<Lane>& self) {
  if (has_thread) return true;
  try {
    std::thread([self] { self->work_off(); }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  has_thread = true;
  return true;
}

void MountThreads::Lane::work_off() {
  std::unique_lock lock(mutex);
  while (more.wait_for(lock, kIdle, [this] { return !waiting.empty(); })) {
    const std::shared_ptr<Task> task = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    task->work();
    task->work = nullptr;  // what it owned goes before anybody hears that it is done
    lock.lock();
    task->done = true;
    if (overdue == task) overdue = nullptr;
    done.notify_all();
  }
  has_thread = false;
}

std::shared_ptr<MountThreads::Lane> MountThreads::lane_named(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Lane>& lane = lanes_[name];
  if (!lane) lane = std::make_shared<Lane>();
  return lane;
}

bool MountThreads::run(const std::string& name, std::function<void()> work) {
  const std::shared_ptr<Lane> lane = lane_named(name);
  std::unique_lock lock(lane->mutex);
  if (lane->overdue || !lane->start_thread(lane)) return false;
  const auto task = std::make_shared<Task>(Task{.work = std::move(work)});
  lane->waiting.push_back(task);
  lane->more.notify_one();
  lane->done.wait_for(lock, patience_, [&] { return task->done || lane->overdue; });
  if (task->done) return true;
  if (std::erase(lane->waiting, task) == 0) {  // the thread is in it
    lane->overdue = task;
    lane->done.notify_all();  // those behind it need not wait
  }
  return false;
}

}  // namespace mtls::daemon::system
