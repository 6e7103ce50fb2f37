// Kit components that open above the page, each with its style.
import 'element-plus/es/components/dialog/style/css.mjs'
import 'element-plus/es/components/drawer/style/css.mjs'

export { ElDialog } from 'element-plus/es/components/dialog/index.mjs'
export { ElDrawer } from 'element-plus/es/components/drawer/index.mjs'
