// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The `Date` field of answers (RFC 9110, 5.6.7), written once a second.
enum HTTPDate {
    private static let cache = Mutex<(second: Int, text: String)>((-1, ""))

    /// Now.
    static var now: String {
        var second = time(nil)
        return cache.withLock { cache in
            if cache.second != second {
                var parts = tm()
                gmtime_r(&second, &parts)
                // Names of days and months are English whatever the locale.
                let (day, month) = (days[Int(parts.tm_wday)], months[Int(parts.tm_mon)])
                let clock = String(format: "%02d:%02d:%02d", parts.tm_hour, parts.tm_min, parts.tm_sec)
                let date = String(format: "%02d", parts.tm_mday) + " \(month) \(1900 + Int(parts.tm_year))"
                cache = (second, "\(day), \(date) \(clock) GMT")
            }
            return cache.text
        }
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
