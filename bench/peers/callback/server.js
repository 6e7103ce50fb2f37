// The peer of the callback benchmark: the same echo bot in co-wechat, as its README shows it.
const Koa = require('koa')
const wechat = require('co-wechat')

const config = { token: process.env.TOKEN, appid: process.env.APPID, encodingAESKey: process.env.AES_KEY }
const app = new Koa()
app.use(wechat(config).middleware(async (message) => message.Content))
const server = app.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
