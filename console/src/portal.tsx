import {render} from 'preact';
import {takeLink} from './app/link.ts';
import {applyTheme} from './app/theme.ts';
import {Portal} from './portal/portal.tsx';

applyTheme();
render(<Portal link={takeLink('#')} />, document.getElementById('app')!);
