#include "daemon/settings/observer_settings.h"

#include "daemon/settings/setting_values.h"
#include "daemon/settings/settings_keys.h"
#include "daemon/system/strict_yaml.h"

namespace mtls::daemon::settings {

ObserverSettings read_observer_settings(const YAML::Node& node, const std::string& path) {
  system::check_keys(node, "observer", keys_in("observer"));
  ObserverSettings observer;
  if (const auto socket = node["socket"])
    observer.socket = system::joined(system::text_of(socket, "observer.socket"), path);
  if (const auto state = node["state"])
    observer.state = system::joined(system::text_of(state, "observer.state"), path);
  if (const auto window = node["window"]) observer.window = span_of(window, "observer.window");
  if (const auto remember = node["remember"]) {
    const std::string word = system::text_of(remember, "observer.remember");
    if (word != "fingerprints" && word != "subjects")
      system::reject(remember, "observer.remember must be fingerprints or subjects");
    observer.remember = word == "subjects" ? ObserverSettings::Remember::kSubjects
                                           : ObserverSettings::Remember::kFingerprints;
  }
  if (const auto most = node["max_clients"])
    observer.max_clients = count_of(most, "observer.max_clients");
  return observer;
}

}  // namespace mtls::daemon::settings
