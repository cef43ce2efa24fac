# cachectl alone: docker build -t cachectl . && docker run --rm -v "$PWD:/work" cachectl stats --url redis://HOST:6379/0
FROM node:22-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm pack --pack-destination /tmp && mv /tmp/cachectl-*.tgz /tmp/cachectl.tgz

FROM node:22-slim
COPY --from=build /tmp/cachectl.tgz /tmp/cachectl.tgz
RUN npm install --global --no-audit --no-fund /tmp/cachectl.tgz && rm /tmp/cachectl.tgz
# cachectl.yaml is looked for here: mount your project.
WORKDIR /work
USER node
ENTRYPOINT ["cachectl"]
CMD ["--help"]
