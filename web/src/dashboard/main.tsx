import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@mantine/core/styles.css';
import { ThemeProvider } from '../shared/theme.tsx';
import { Dashboard } from './dashboard.tsx';
import './dashboard.css';

const root = document.getElementById('root');
if (root === null) throw new Error('dashboard.html has no element with the id "root".');

createRoot(root).render(
  <StrictMode>
    <ThemeProvider>
      <Dashboard />
    </ThemeProvider>
  </StrictMode>,
);
