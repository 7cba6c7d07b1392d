// SPDX-License-Identifier: Apache-2.0

extension PageScript {
    /// Questions to the server: three at a time at most, and again after a while where the server is busy.
    static let requests = #"""

        const slots = { free: 3, waiting: [] };

        async function slot(signal) {
          signal.throwIfAborted();
          if (slots.free > 0) { slots.free -= 1; return; }
          await new Promise((resolve, reject) => {
            slots.waiting.push(resolve);
            signal.addEventListener("abort", () => {
              const at = slots.waiting.indexOf(resolve);
              if (at >= 0) { slots.waiting.splice(at, 1); reject(signal.reason); }
            }, { once: true });
          });
        }

        function leave() {
          const next = slots.waiting.shift();
          if (next) { next(); } else { slots.free += 1; }
        }

        function pause(milliseconds, signal) {
          return new Promise((resolve, reject) => {
            const timer = setTimeout(resolve, milliseconds);
            signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
          });
        }

        // The JSON of an answer. `note` is told what a visitor should know meanwhile. Throws a Failure.
        async function ask(path, options, signal, note) {
          await slot(signal);
          try {
            for (let attempt = 1; ; attempt += 1) {
              note("Working…");
              const failure = new Failure();
              try {
                const headers = { ...options.headers };
                const token = state.token;
                if (token) { headers.Authorization = "Bearer " + token; }
                const answer = await fetch(path, { ...options, headers, signal, cache: "no-store" });
                const text = await answer.text();
                if (answer.ok) { return read(text); }
                if (answer.status === 401 && token !== state.token) { continue; }  // another was given meanwhile
                failure.take(answer, text);
              } catch (problem) {
                if (signal.aborted) { throw signal.reason; }
                if (problem instanceof Failure) { throw problem; }
                await failure.lost(options.body);
              }
              if (!failure.passes || attempt > 3) { throw failure; }
              for (let left = failure.wait ?? 2 ** (attempt - 1); left > 0; left -= 1) {
                note(failure.words + " Next try in " + Math.ceil(left) + " s (" + attempt + " of 3).");
                await pause(1000 * Math.min(left, 1), signal);
              }
            }
          } finally {
            leave();
          }
        }

        function read(text) {
          try { return JSON.parse(text); } catch (problem) {
            const failure = new Failure();
            failure.words = "The server’s answer cannot be read.";
            throw failure;
          }
        }

        """#

    /// What went wrong, in plain words.
    static let failures = #"""

        class Failure {
          constructor() {
            this.words = "Something went wrong.";
            this.detail = "";       // the server's own message
            this.again = true;      // whether the same question may be answered later
            this.passes = false;    // whether it is asked again by itself
            this.wait = null;       // seconds
            this.code = "";
          }

          take(answer, text) {
            try {
              const error = JSON.parse(text).error;
              this.code = String(error.code ?? "");
              this.detail = String(error.message ?? "");
            } catch (problem) { this.detail = ""; }
            const wait = Number.parseFloat(answer.headers.get("Retry-After"));
            this.wait = wait >= 0 ? Math.min(wait, 600) : null;
            const status = answer.status;
            this.again = status >= 500 || [401, 408, 429].includes(status);
            this.passes = status === 429 || (status === 503 && this.code !== "draining");
            this.words = Failure.byCode[this.code] ?? Failure.byStatus[status]
              ?? (status >= 500 ? "The server has a problem (status " + status + ")."
                : "The server refused this (status " + status + ").");
            if (status === 401) {
              if (state.token) { this.words = "The server does not know this token."; }
              askForToken(this.words);
            }
          }

          // Nothing came back: a file that cannot be read, or no server.
          async lost(body) {
            if (body instanceof Blob) {
              try { await body.slice(0, 1).arrayBuffer(); } catch (problem) {
                this.words = "This file cannot be read. Was it moved, or is it a folder?";
                this.again = false;
                return;
              }
            }
            this.words = "The server does not answer. Is the network there, and is the server still running?";
          }
        }
        Failure.byCode = {
          unreadable_picture: "This picture cannot be read: the file is damaged or cut off.",
          unsupported_media_type: "This is not a picture the server reads. It reads JPEG, PNG and WebP.",
          too_large: "This is too large for the server.",
          model_not_found: "The server does not have this model any more. Load this page again.",
          no_index: "This model has no index of pictures to search in.",
          request_timeout: "Sending took too long.",
          deadline_exceeded: "The server did not finish in time.",
          loading: "The server is still loading the model.",
          draining: "The server is shutting down.",
          overloaded: "The server is busy.",
        };
        Failure.byStatus = {
          400: "The server did not understand this.",
          401: "This server asks for a token.",
          404: "The server does not know this address.",
          408: "That took too long.",
          413: "This is too large for the server.",
          415: "This is not a picture the server reads. It reads JPEG, PNG and WebP.",
          429: "The server is busy.",
          500: "The server made a mistake.",
          502: "The server cannot be reached.",
          503: "The server is not ready.",
          504: "The server did not finish in time.",
        };

        """#
}
