#include "tests/support/wire/load_figures.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

namespace mtls::testing {
namespace {

std::string row(const std::string& name, const std::vector<NamedFigures>& servers,
                const std::function<std::string(const LoadFigures&)>& cell) {
  std::string line = "| " + name + " |";
  for (const NamedFigures& server : servers) line += " " + cell(server.figures) + " |";
  return line + "\n";
}

std::string times(const Scrapes& scrapes) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%.2f / %.2f / %.2f, n = %zu, %zu failed",
                scrapes.quantile(0.5), scrapes.quantile(0.99), scrapes.quantile(1),
                scrapes.milliseconds.size(), scrapes.failed);
  return text.data();
}

std::string burst(const Scrapes& scrapes) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%zu of %zu, %.3f s", scrapes.milliseconds.size(),
                scrapes.milliseconds.size() + scrapes.failed, scrapes.quantile(1) / 1000);
  return text.data();
}

std::string memory(const LoadFigures& figures) {
  return std::to_string(figures.kib_before) + " -> " + std::to_string(figures.kib_most) + ", +" +
         std::to_string(figures.kib_grown());
}

}  // namespace

LoadFigures measure_load(const LoadTarget& target, pid_t pid, const LoadPlan& plan) {
  LoadFigures figures;
  const auto look = [&] { figures.kib_most = std::max(figures.kib_most, resident_kib(pid)); };
  figures.quiet = scrape_for(target, plan.span / 4, look);
  figures.burst = scrape_at_once(target, plan.burst);
  figures.kib_before = resident_kib(pid);
  figures.kib_most = figures.kib_before;
  const RudeClients rude(target, plan.rude);
  figures.loaded = scrape_for(target, plan.span, look);
  figures.loaded_burst = scrape_at_once(target, plan.burst);
  look();
  figures.hung_up_on = rude.hung_up_on();
  return figures;
}

std::string load_table(const std::vector<NamedFigures>& servers) {
  std::string table = "| |";
  for (const NamedFigures& server : servers) table += " " + server.name + " |";
  table += "\n| --- |";
  for (std::size_t i = 0; i < servers.size(); ++i) table += " --- |";
  table += "\n";
  table += row("scrape alone, p50 / p99 / max ms", servers,
               [](const LoadFigures& f) { return times(f.quiet); });
  table += row("scrape under load, p50 / p99 / max ms", servers,
               [](const LoadFigures& f) { return times(f.loaded); });
  table += row("scrapes at once, answered, last after", servers,
               [](const LoadFigures& f) { return burst(f.burst); });
  table += row("the same under load", servers,
               [](const LoadFigures& f) { return burst(f.loaded_burst); });
  table += row("resident KiB before -> most under load", servers, memory);
  table += row("rude clients hung up on", servers,
               [](const LoadFigures& f) { return std::to_string(f.hung_up_on); });
  return table;
}

}  // namespace mtls::testing
