// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hub

guard CommandLine.arguments.count == 2, let name = HubModelName(CommandLine.arguments[1]) else {
    print("usage: find-model ORG/NAME[@REVISION]")
    exit(64)
}
do {
    // HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE, as huggingface_hub reads them.
    let configuration = try HubConfiguration(environment: ProcessInfo.processInfo.environment)
    let client = HubClient(configuration: configuration) { progress in
        print(progress.file, progress.receivedBytes)
    }
    print(try client.snapshot(of: name))
} catch {
    // Every library's errors say in one line what, where and what to do.
    print("error: \(error)")
    exit(error.isMissingInput ? 66 : 65)
}
