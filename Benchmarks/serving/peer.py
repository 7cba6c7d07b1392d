# SPDX-License-Identifier: Apache-2.0
"""The peer: what one builds with FastAPI and PyTorch, and takes care with. Not part of mumic.

    python3 Benchmarks/serving/peer.py --model DIR --labels labels.txt --port 8081 --batch-size 16 --delay 0.005

POST /v1/predict with a JPEG gives the same JSON as mumic. Pictures are decoded and resized by PIL in a pool of threads
(PIL lets go of the interpreter's lock meanwhile), wait in an asyncio queue, and go through transformers' CLIPModel in
batches of up to --batch-size, on threads of their own, under inference_mode and with scaled_dot_product_attention. The
labels' features are computed once. uvicorn with uvloop and httptools, no access log. --models batches are computed at a
time, each with --threads of torch's: one thread each for two batches is often faster than two threads for one. Several
processes would do the same, but share kept connections out unevenly, and then one of them has nothing to do.
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
from concurrent.futures import ThreadPoolExecutor


def build(options):
    """The application; torch is imported here, in each worker."""
    import numpy
    import torch
    from fastapi import FastAPI, Request
    from fastapi.responses import Response
    from PIL import Image
    from transformers import CLIPModel
    from transformers.models.clip.tokenization_clip import CLIPTokenizer

    torch.set_num_threads(options["threads"])
    model = CLIPModel.from_pretrained(options["model"], attn_implementation="sdpa").eval()
    labels = open(options["labels"], encoding="utf-8").read().splitlines()
    tokenizer = CLIPTokenizer.from_pretrained(options["model"])
    ids = tokenizer([f"a photo of a {label}" for label in labels], padding="longest", return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        text = model.text_projection(model.text_model(input_ids=ids).pooler_output)
        text = (text / text.norm(dim=-1, keepdim=True)).T * model.logit_scale.exp()
        text = text.contiguous()
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
    vision, projection = model.vision_model, model.visual_projection
    if options["compile"]:
        vision = torch.compile(vision, dynamic=True)

    def decode(data):
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        width, height = picture.size
        short = min(width, height)
        size = (int(width * 224 / short), int(height * 224 / short))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
        left, top = (size[0] - 224) // 2, (size[1] - 224) // 2
        return torch.from_numpy(numpy.array(picture.crop((left, top, left + 224, top + 224))).transpose(2, 0, 1))

    @torch.inference_mode()
    def forward(pixels):
        batch = (torch.stack(pixels).float() / 255 - mean) / deviation
        image = projection(vision(pixel_values=batch).pooler_output)
        scores = torch.sigmoid(image / image.norm(dim=-1, keepdim=True) @ text)
        order = torch.argsort(scores, dim=1, descending=True)
        return torch.gather(scores, 1, order).tolist(), order.tolist()

    queue = asyncio.Queue()
    decoding = ThreadPoolExecutor(options["workers"])
    computing = ThreadPoolExecutor(options["models"])

    async def batches():
        loop = asyncio.get_running_loop()
        while True:
            waiting = [await queue.get()]
            end = loop.time() + options["delay"]
            while len(waiting) < options["batch_size"]:
                try:
                    waiting.append(queue.get_nowait())
                    continue
                except asyncio.QueueEmpty:
                    pass
                if (left := end - loop.time()) <= 0:
                    break
                try:
                    waiting.append(await asyncio.wait_for(queue.get(), left))
                except TimeoutError:
                    break
            scores, order = await loop.run_in_executor(computing, forward, [pixels for pixels, _ in waiting])
            for (_, future), row, places in zip(waiting, scores, order):
                if not future.done():
                    future.set_result((row, places))

    @contextlib.asynccontextmanager
    async def life(app):
        tasks = [asyncio.create_task(batches()) for _ in range(options["models"])]
        yield
        for task in tasks:
            task.cancel()

    app = FastAPI(lifespan=life)

    @app.post("/v1/predict")
    async def predict(request: Request):
        data = await request.body()
        loop = asyncio.get_running_loop()
        pixels = await loop.run_in_executor(decoding, decode, data)
        future = loop.create_future()
        queue.put_nowait((pixels, future))
        scores, places = await future
        rows = [{"label": labels[place], "score": score} for place, score in zip(places, scores)]
        return Response(json.dumps({"model": "peer", "predictions": rows}), media_type="application/json")

    @app.get("/readyz")
    async def ready():
        return {"status": "ready"}

    for size in {1, 2, options["batch_size"]}:
        forward([torch.zeros(3, 224, 224, dtype=torch.uint8)] * size)
    return app


def application():
    """For uvicorn's workers, who are told by a variable."""
    return build(json.loads(os.environ["PEER_OPTIONS"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--delay", type=float, default=0.005, help="seconds a batch waits for more")
    parser.add_argument("--workers", type=int, default=2, help="threads that decode")
    parser.add_argument("--threads", type=int, default=2, help="torch's threads")
    parser.add_argument("--models", type=int, default=1, help="batches that are computed at a time")
    parser.add_argument("--compile", action="store_true", help="torch.compile the image tower")
    options = vars(parser.parse_args())
    import uvicorn

    os.environ["PEER_OPTIONS"] = json.dumps(options)
    os.environ["OMP_NUM_THREADS"] = str(options["threads"])
    uvicorn.run(
        "peer:application",
        factory=True,
        app_dir=os.path.dirname(os.path.abspath(__file__)),
        port=options["port"],
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
