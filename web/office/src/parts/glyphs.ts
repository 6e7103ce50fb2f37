// The icons of the back office, drawn for it on a 24-unit square.
export const GLYPHS = {
  gauge: 'M4 17a8 8 0 1116 0M12 17l4-5.5M7 20h10',
  people:
    'M9 11.5a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.8 19.5c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5M16 5a3.2 3.2 0 010 6.2M18 15c1.9.7 3 2.2 3.3 4.5',
  book: 'M5 4.5h11a3 3 0 013 3V20H8a3 3 0 01-3-3zM5 17a3 3 0 013-3h11M9 8.5h6',
  shield: 'M12 3.5l7 2.6v5.4c0 4.2-2.9 7.5-7 9-4.1-1.5-7-4.8-7-9V6.1zM9 12l2.2 2.2L15.2 10',
  server: 'M4.5 4.5h15v6h-15zM4.5 13.5h15v6h-15zM8 7.5h.01M8 16.5h.01M12 7.5h4M12 16.5h4',
  tray: 'M4.5 13.5L7 5h10l2.5 8.5V19h-15zM4.5 13.5H9l1 2.5h4l1-2.5h4.5',
  scales: 'M12 4v16M7.5 20h9M5 7h14M5 7l-2.5 6.5h5zM19 7l-2.5 6.5h5z',
  code: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v.01M17 20h3v-3M14 20v-.01',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  out: 'M14 5H6v14h8M10.5 12H20M17 8.5l3.5 3.5-3.5 3.5',
  next: 'M9 5.5l6.5 6.5L9 18.5',
  reload: 'M19 12a7 7 0 11-2.2-5.1M19 4.5v4h-4',
  alert: 'M12 7.5v6M12 16.8v.01M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z',
  search: 'M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM15.5 15.5L20 20',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 100-6 3 3 0 000 6z',
  lock: 'M6 10.5h12V20H6zM8.5 10.5V8a3.5 3.5 0 017 0v2.5',
  copy: 'M9 9h10v11H9zM15 9V4.5H5V15h4',
  done: 'M5 12.5l4.5 4.5L19 7.5',
  link: 'M9.5 14.5l5-5M8 11l-2.5 2.5a3.5 3.5 0 005 5L13 16M11 8l2.5-2.5a3.5 3.5 0 015 5L16 13',
  back: 'M15 5.5L8.5 12l6.5 6.5',
  none: 'M4 8.5l8-4 8 4v8l-8 4-8-4zM4 8.5l8 4 8-4M12 12.5v8',
} as const

export type GlyphName = keyof typeof GLYPHS
