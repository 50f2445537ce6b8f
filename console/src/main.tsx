import {render} from 'preact';
import {Console, linkMark} from './app/console.tsx';
import {listenToKeys} from './app/keys.ts';
import {takeLink} from './app/link.ts';
import {followLinks} from './app/router.ts';
import {applyTheme} from './app/theme.ts';

applyTheme();
const link = takeLink(linkMark);
followLinks();
listenToKeys();
render(<Console first={link} />, document.getElementById('app')!);
