// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Serving

@Suite struct MetricsRegistryTests {
    @Test func `figures are written as Prometheus reads them`() {
        let registry = MetricsRegistry()
        registry.counter("a_total", "Some.", ["x": "q\"\\\n"]).add(2)
        registry.counter("a_total", "Some.", ["x": "q\"\\\n"]).add()
        registry.gauge("b", "Now.") { 1.5 }
        let histogram = registry.histogram("c", "Times.", ["m": "n"], bounds: [0.5, 1])
        for value in [0.5, 0.75, 2] { histogram.observe(value) }
        #expect(
            registry.text() == """
                # HELP a_total Some.
                # TYPE a_total counter
                a_total{x="q\\"\\\\\\n"} 3
                # HELP b Now.
                # TYPE b gauge
                b 1.5
                # HELP c Times.
                # TYPE c histogram
                c_bucket{m="n",le="0.5"} 1
                c_bucket{m="n",le="1"} 2
                c_bucket{m="n",le="+Inf"} 3
                c_sum{m="n"} 3.25
                c_count{m="n"} 3

                """)
    }

    @Test func `a series that is removed is gone, and its family with the last one`() {
        let registry = MetricsRegistry()
        registry.gauge("a", "A.", ["m": "1"]) { 1 }
        registry.remove("a", ["m": "1"])
        #expect(registry.text().isEmpty)
    }
}
