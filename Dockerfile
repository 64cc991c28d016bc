# `ffvits serve` on the processor. Voices are mounted, not built in:
#   docker build -t ffvits .
#   docker run -p 127.0.0.1:23456:23456 -v ./runs:/runs:ro -e FFVITS_API_KEY=… ffvits
#   docker run … ffvits /runs --rate 60         # flags of `ffvits serve`, behind the folder
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml setup.py README.md LICENSE pretrained_manifest.yaml ./
COPY recipes recipes
COPY monotonic_align monotonic_align
COPY ffvits ffvits
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir torch --index-url https://download.pytorch.org/whl/cpu \
 && /venv/bin/pip install --no-cache-dir ".[serve]" silk-python \
 && find /venv -name __pycache__ -prune -exec rm -rf {} + \
 && rm -rf /venv/lib/python3.12/site-packages/torch/include /venv/lib/python3.12/site-packages/torch/test

FROM python:3.12-slim
RUN useradd --create-home ffvits
COPY --from=build /venv /venv
USER ffvits
EXPOSE 23456
HEALTHCHECK --start-period=60s CMD ["/venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:23456/healthz')"]
# The host stands here and not in CMD, which whoever gives flags replaces.
ENTRYPOINT ["/venv/bin/ffvits", "serve", "--host", "0.0.0.0"]
CMD ["/runs"]
